extension AccountState {
    /// Why no credits may be taken or reserved at all; `nil` if they may.
    var barrier: Rejection? {
        if settings.isErased { return .accountErased(id) }
        return settings.isSuspended ? .accountSuspended(id) : nil
    }

    /// Whether a refusal is carried out, or only recorded. One that observe mode lifts is only recorded if any of these
    /// is in observe mode: everything, the account, or the action.
    func isEnforced(_ refusal: Rejection, of action: ActionID?, context: DecisionContext) -> Bool {
        !refusal.isLiftedByObserveMode || !isObserved(action, context: context)
    }

    /// Whether refusals for entitlement or balance are only noted.
    func isObserved(_ action: ActionID?, context: DecisionContext) -> Bool {
        if context.catalogs.enforcement == .observe || settings.enforcement == .observe { return true }
        return action.flatMap { context.catalog.actions[$0] }?.enforcement == .observe
    }
}
