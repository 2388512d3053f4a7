import ScripCore

/// What became of a purchase. It follows from the facts alone; see ``PurchaseStatus/init(_:)``.
public enum PurchaseStatus: String, Sendable, Hashable, CaseIterable {
    /// Nothing was asked of a provider yet.
    case created
    /// Payment is awaited.
    case pending
    /// Paid; the credits were given, unless the purchase has a problem.
    case paid
    /// The payment failed; it may still succeed at another attempt of the buyer.
    case failed
    /// The buyer did not pay in time.
    case expired
    /// A part of the money went back.
    case partiallyRefunded = "partially_refunded"
    /// All of the money went back.
    case refunded
    /// The buyer contests the payment.
    case disputed
    /// A dispute was decided for the seller.
    case disputeWon = "dispute_won"
    /// A dispute was decided for the buyer.
    case disputeLost = "dispute_lost"

    /// The status that follows from what is known of the payment.
    public init(_ facts: PaymentFacts) {
        switch facts.stage {
        case .created: self = .created
        case .pending: self = .pending
        case .failed: self = .failed
        case .expired: self = .expired
        case .paid: self = PurchaseStatus.paid(facts)
        }
    }

    private static func paid(_ facts: PaymentFacts) -> PurchaseStatus {
        let disputes = facts.disputes.values.map(\.status)
        if disputes.contains(.open) { return .disputed }
        if disputes.contains(.lost) { return .disputeLost }
        let refunded = facts.refundedMinorUnits
        if refunded > 0 { return refunded >= facts.paid?.minorUnits ?? 0 ? .refunded : .partiallyRefunded }
        return disputes.contains(.won) ? .disputeWon : .paid
    }

    /// Whether the money came at some time.
    public var wasPaid: Bool {
        switch self {
        case .created, .pending, .failed, .expired: false
        case .paid, .partiallyRefunded, .refunded, .disputed, .disputeWon, .disputeLost: true
        }
    }
}
