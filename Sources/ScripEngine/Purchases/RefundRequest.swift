import ScripCore

/// Money that somebody asked to be sent back, under a name. What is reserved for it is sent back for nothing else.
public struct RefundRequest: Sendable, Hashable {
    /// What became of it.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// The provider is being asked, or has not answered yet.
        case underWay = "under_way"
        /// The provider answered: what became of the money is among the payment's facts.
        case settled
        /// The provider refused it, or never made it: the money may be asked back again.
        case released
    }

    /// How much, in minor units.
    public var minorUnits: Int64
    /// What became of it.
    public var state: State
    /// When it was asked for, the last time if it was released before.
    public var askedAt: Timestamp
    /// The name under which the provider is asked.
    public var providerKey: String

    /// Makes a request for a refund that is under way unless stated otherwise.
    public init(minorUnits: Int64, state: State = .underWay, askedAt: Timestamp, providerKey: String) {
        self.minorUnits = minorUnits
        self.state = state
        self.askedAt = askedAt
        self.providerKey = providerKey
    }

    /// The mark that a provider keeps with a refund, to tell which request it answers.
    public static func mark(of providerKey: String) -> String {
        String(Digest(of: Array(providerKey.utf8)).description.prefix(24))
    }
}

extension Purchase {
    /// How many refunds may be asked for.
    static let maxRefundRequests = PaymentFacts.maxParts

    /// Requests that wait for the provider's answer, by name; what has shown among the facts is answered.
    public var refundsUnderWay: [(name: String, request: RefundRequest)] {
        let shown = Set(facts.refunds.values.compactMap(\.request))
        return refundRequests.filter { _, request in
            request.state == .underWay && !shown.contains(RefundRequest.mark(of: request.providerKey))
        }
        .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// How much money is being sent back, in minor units, as far as the provider has not answered.
    public var refundingMinorUnits: Int64 {
        Int64(clamping: refundsUnderWay.reduce(Int128(0)) { $0 + Int128($1.request.minorUnits) })
    }

    /// How much can still be sent back, in minor units: what was paid, less what went back, what is on its way, and
    /// what the buyer contests or got back by contesting.
    public var refundableMinorUnits: Int64 {
        guard facts.stage == .paid, let paid = facts.paid else { return 0 }
        let gone = facts.refunds.values.reduce(Int128(0)) { $1.status == .failed ? $0 : $0 + Int128($1.minorUnits) }
        let left = Int128(paid.minorUnits) - gone - Int128(facts.disputedMinorUnits) - Int128(refundingMinorUnits)
        return Int64(clamping: max(0, left))
    }

    /// Reserves money for a refund, before any provider is asked. The same name finds the same request again; one that
    /// was released is reserved anew, and asked of the provider under another name. Without a name of the caller's, a
    /// request of the same amount that is under way is the same.
    /// - Returns: the request's name.
    /// - Throws: ``PurchaseRefusal``, ``Rejection/idempotencyKeyReused(_:)``.
    mutating func reserveRefund(_ minorUnits: Int64?, key: IdempotencyKey?, at now: Timestamp) throws -> String {
        if facts.stage != .paid { throw PurchaseRefusal.wrongStatus(status) }
        let name = refundName(minorUnits, key: key)
        let earlier = refundRequests[name]
        if let earlier {
            if let key, let minorUnits, minorUnits != earlier.minorUnits { throw Rejection.idempotencyKeyReused(key) }
            if earlier.state != .released { return name }
        }
        let refundable = refundableMinorUnits
        let amount = minorUnits ?? earlier?.minorUnits ?? refundable
        if amount < 1 || amount > refundable || refundRequests.count >= Purchase.maxRefundRequests {
            throw PurchaseRefusal.refundExceedsPayment(refundable: refundable)
        }
        let providerKey = earlier.map { $0.providerKey + "+" } ?? name
        refundRequests[name] = RefundRequest(minorUnits: amount, askedAt: now, providerKey: providerKey)
        nextAttemptAt = now.adding(seconds: Engine.attemptSeconds)
        return name
    }

    private func refundName(_ minorUnits: Int64?, key: IdempotencyKey?) -> String {
        if let key {
            var name = "\(key.owner.text)/\(key.rawValue)"
            // Names are their bytes; texts that look alike would be one.
            if !name.utf8.allSatisfy({ $0 < 0x80 }) { name += "#" + RefundRequest.mark(of: name) }
            // A version that kept no owners kept the name alone.
            let isEarlier = refundRequests[name] == nil && refundRequests[key.earlierName] != nil
            return isEarlier ? key.earlierName : name
        }
        let own = IdempotencyKey.Owner.system.text + "/"
        let same = refundsUnderWay.first { name, request in
            name.hasPrefix(own) && (minorUnits == nil || minorUnits == request.minorUnits)
        }
        return same?.name ?? "\(own)\(refundRequests.count + 1)"
    }

    /// Notes what became of a request; one that is no longer under way stays as it is.
    mutating func close(_ name: String, as state: RefundRequest.State) {
        if refundRequests[name]?.state == .underWay { refundRequests[name]?.state = state }
    }

    /// Closes the requests that have shown among the facts, and lets nobody come back for those that wait no longer.
    mutating func closeShownRefunds() {
        let waiting = Set(refundsUnderWay.map(\.name))
        for (name, request) in refundRequests where request.state == .underWay && !waiting.contains(name) {
            close(name, as: .settled)
        }
        if waiting.isEmpty { nextAttemptAt = nil }
    }
}
