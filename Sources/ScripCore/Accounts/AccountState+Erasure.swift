extension Entry {
    /// The entry without personal data: users, resources, descriptions, metadata, traces and reasons, and the
    /// digest of the request, by which one could guess them. Amounts, times, actions, models, counts and the names that
    /// make a request happen once stay, and with them everything that decides about the account.
    public var erased: Entry {
        var entry = self
        entry.reason = nil
        entry.usage?.user = nil
        entry.usage?.resource = nil
        entry.usage?.description = nil
        entry.usage?.metadata = nil
        entry.usage?.traceID = nil
        // Digests of Scrip's own names only tell who owned an entry of an earlier version.
        let isMark = idempotencyKey.map { $0.owner == .unstated && isOfScripItself($0.rawValue) } ?? false
        // A digest of a text could be compared with guesses of the text.
        if !isMark { (entry.requestDigest, entry.meaningDigest) = (nil, nil) }
        return entry
    }
}

/// Something open that keeps an account from being erased.
public enum Obligation: Hashable, Sendable, CustomStringConvertible {
    /// Holds are open.
    case holds(count: Int)
    /// Credits are owed.
    case debt(CreditTypeID, Credits)
    /// A payment is awaited.
    case purchase(id: String)
    /// A payment provider still charges money.
    case providerSubscription(id: String)
    /// There is usage that could not be recorded.
    case trackingFailures

    /// A part of a sentence.
    public var description: String {
        switch self {
        case .holds(let count): "\(count) open hold\(count == 1 ? "" : "s")"
        case .debt(let creditType, let amount): "a debt of \(amount) \(creditType)"
        case .purchase(let id): "the purchase \(id) is not paid yet"
        case .providerSubscription(let id): "the subscription \(id) is still active at the payment provider"
        case .trackingFailures: "there are open tracking failures"
        }
    }
}

extension AccountState {
    /// What the account holds or owes.
    public var obligations: [Obligation] {
        var found: [Obligation] = holds.isEmpty ? [] : [.holds(count: holds.count)]
        for balance in typeBalances where balance.debt.isPositive {
            found.append(.debt(balance.creditType, balance.debt))
        }
        return found
    }
}
