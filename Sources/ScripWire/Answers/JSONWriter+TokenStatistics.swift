import ScripCore
import ScripJSON

/// What users see of what they have of a type of tokens, and of their uses of it.
extension JSONWriter {
    /// Writes the members of how much of a type of tokens is left and was used.
    package mutating func tokenStatistics(_ balance: Balance, catalog: Catalog) {
        let (used, allocated) = (balance.usedInAll, balance.allocated)
        member("token_type", balance.creditType.rawValue)
        number("balance", balance.isUnlimited ? nil : balance.available)
        number("total_allocated", allocated)
        number("total_used", used)
        name("percent")
        if let allocated, allocated.isPositive {
            // Whole percent, rounded down, so that 100 is said only when nothing is left.
            integer(Int128(used.nanocredits) * 100 / Int128(allocated.nanocredits))
        } else {
            null()
        }
        member("refresh_date", balance.refreshesAt)
        member("unlimited", balance.isUnlimited)
        member("low", catalog.isLow(balance))
        member("exhausted", balance.isExhausted)
    }

    /// Writes the members of one use.
    package mutating func tokenUse(_ entry: Entry, tag: AccountTag) {
        member("id", entry.id.text(in: tag))
        member("feature_used", entry.usage?.action?.rawValue)
        number("tokens_deducted", Credits(nanocredits: 0 &- entry.amount.nanocredits))
        member("user_id", entry.usage?.user)
        member("created_at", entry.recordedAt)
    }
}
