import ScripCore

/// What stores find records by must be what the records themselves say.
extension Purchase {
    /// Whether the columns that a store finds the purchase by are its own.
    public func isFound(
        account: String, id: String, status: String, createdAt: Int64, nextAttemptAt: Int64?
    ) -> Bool {
        self.account == AccountID(unchecked: account) && self.id == id && self.status.rawValue == status
            && self.createdAt.microseconds == createdAt && self.nextAttemptAt?.microseconds == nextAttemptAt
    }
}

extension BillingProfile {
    /// Whether a top-up is switched on, as 1 or 0.
    public var topUpMark: Int64 { topUp?.isEnabled == true ? 1 : 0 }

    /// Whether the columns that a store finds the profile by are its own.
    public func isFound(account: String, provider: String?, customer: String?, hasTopUp: Bool) -> Bool {
        self.account == AccountID(unchecked: account) && self.provider == provider && self.customer == customer
            && (topUpMark == 1) == hasTopUp
    }
}

extension Entry {
    /// Whether the idempotency key that a store finds the entry by is its own.
    public func isFound(key: String?, owner: String) -> Bool {
        guard let own = idempotencyKey else { return key == nil }
        return key.map { $0.utf8.elementsEqual(own.rawValue.utf8) } ?? false && owner == own.owner.text
    }
}
