extension AccountState {
    /// Why nothing may be taken from the account or reserved at all; `nil` when it may.
    var barrier: Rejection? {
        if settings.isErased { return .accountErased(id) }
        return settings.isSuspended ? .accountSuspended(id) : nil
    }

    /// Whether a refusal is carried out, rather than only noted.
    func isEnforced(_ refusal: Rejection) -> Bool {
        settings.enforcement == .enforce || !refusal.isLiftedByObserveMode
    }
}
