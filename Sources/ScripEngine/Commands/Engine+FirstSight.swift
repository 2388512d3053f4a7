import ScripCore

extension Engine {
    /// Opens an account on the catalog's default plan unless it is there already, however many ask at once.
    public func openOnFirstSight(_ id: AccountID, kind: AccountSettings.Kind, origin: Origin) async throws {
        if try await store.read({ try $0.account(id) }) != nil { return }
        var change = AccountChange()
        change.kind = kind
        _ = try await put(account: id, change: change, origin: origin)
    }
}
