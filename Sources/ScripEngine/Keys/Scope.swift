/// What an API key may do.
public enum Scope: String, Sendable, Hashable, CaseIterable {
    /// Everything.
    case all
    /// Read accounts and their plans.
    case accountsRead = "accounts:read"
    /// Open and change accounts.
    case accountsWrite = "accounts:write"
    /// Erase what is known of the people behind accounts.
    case accountsErase = "accounts:erase"
    /// Read balances, entries, holds and usage; ask whether a charge would be allowed.
    case balanceRead = "balance:read"
    /// Give credits and take back what is left of them.
    case grantsWrite = "grants:write"
    /// Charge, and place and close holds.
    case chargesWrite = "charges:write"
    /// Record usage that happened.
    case usageWrite = "usage:write"
    /// Refund charges.
    case refundsWrite = "refunds:write"
    /// Add or take credits by hand.
    case adjustmentsWrite = "adjustments:write"
    /// Change plans of accounts.
    case subscriptionsWrite = "subscriptions:write"
    /// Read the catalog and ask what usage would cost.
    case catalogRead = "catalog:read"
    /// Change the catalog.
    case catalogWrite = "catalog:write"
    /// Make, list and revoke keys.
    case keysAdmin = "keys:admin"
    /// Make session tokens for users.
    case sessionsWrite = "sessions:write"
    /// Read purchases and top-ups.
    case purchasesRead = "purchases:read"
    /// Buy, refund and settle purchases, and change top-ups.
    case purchasesWrite = "purchases:write"
    /// Read totals over all accounts.
    case reportsRead = "reports:read"
    /// Read the server's metrics.
    case metricsRead = "metrics:read"
    /// Read and export the audit log.
    case auditRead = "audit:read"
}

extension StoredKey {
    /// Whether the key may do something.
    public func allows(_ scope: Scope) -> Bool {
        scopes.contains(Scope.all.rawValue) || scopes.contains(scope.rawValue)
    }
}
