import ScripCore

extension Engine {
    /// Opens an account on the catalog's default plan unless it is there already, however many ask at once. One that is
    /// there is left as it is, also when someone else opens it at this very moment.
    public func openOnFirstSight(_ id: AccountID, kind: AccountSettings.Kind, origin: Origin) async throws {
        if try await store.read({ try $0.account(id) }) != nil { return }
        var change = AccountChange()
        change.kind = kind
        _ = try await submit(Command(account: id, intent: .subscription(.initialize(change)), origin: origin))
    }
}
