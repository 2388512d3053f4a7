import ScripCore

/// Everything a payment provider has ever said of one payment.
///
/// Facts only grow: joining two of them is commutative, associative and idempotent. So it does not matter in which
/// order, how often or how stale answers of a provider arrive; the same answers always add up to the same facts.
public struct PaymentFacts: Sendable, Hashable {
    /// How far a payment has come. It never goes back to an earlier stage.
    public enum Stage: String, Sendable, Hashable, CaseIterable, Comparable {
        /// Nothing was asked of a provider yet.
        case created
        /// The provider waits for the buyer, or for the buyer's bank.
        case pending
        /// The payment failed.
        case failed
        /// The buyer did not pay in time.
        case expired
        /// The money came.
        case paid

        /// The earlier stage first.
        public static func < (left: Stage, right: Stage) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .created: 0
            case .pending: 1
            case .failed: 2
            case .expired: 3
            case .paid: 4
            }
        }
    }

    /// Money that goes back to the buyer.
    public struct Refund: Sendable, Hashable {
        /// What became of it; a later one is never left for an earlier one.
        public enum Status: Int64, Sendable, Hashable, CaseIterable {
            /// It is under way.
            case pending = 0
            /// It went back.
            case succeeded = 1
            /// It did not arrive, or was canceled: the money is here again.
            case failed = 2
        }

        /// How much, in minor units.
        public var minorUnits: Int64
        /// What became of it.
        public var status: Status
        /// Which request it answers; see ``RefundRequest/mark(of:)``. Absent where it was asked for elsewhere.
        public var request: String?

        /// Makes what is known about one refund.
        public init(minorUnits: Int64, status: Status, request: String? = nil) {
            self.minorUnits = minorUnits
            self.status = status
            self.request = request
        }
    }

    /// A payment that the buyer contests at the bank.
    public struct Dispute: Sendable, Hashable {
        /// What became of it; a later one is never left for an earlier one.
        public enum Status: Int64, Sendable, Hashable, CaseIterable {
            /// The bank only asks; no money has moved.
            case inquiry = 0
            /// The money is withheld until the bank decides.
            case open = 1
            /// The money is here again.
            case won = 2
            /// The money is gone.
            case lost = 3
        }

        /// How much, in minor units.
        public var minorUnits: Int64
        /// What became of it.
        public var status: Status

        /// Makes what is known about one dispute.
        public init(minorUnits: Int64, status: Status) {
            self.minorUnits = minorUnits
            self.status = status
        }
    }

    /// How many refunds and how many disputes of one payment are kept.
    public static let maxParts = 1_000

    /// How far the payment has come.
    public var stage: Stage
    /// What was paid, as far as is known: the most that was ever said.
    public var paid: Price? { didSet { leastPaid = [leastPaid, paid].compactMap { $0 }.min(by: PaymentFacts.isLess) } }
    /// The least that was ever said to have been paid. Where it differs from ``paid``, answers contradict each other.
    public internal(set) var leastPaid: Price?
    /// The stable code of what in the provider's own objects contradicts the purchase, apart from what was paid.
    public var contradiction: String?
    /// Refunds by the provider's id.
    public var refunds: [String: Refund]
    /// Disputes by the provider's id.
    public var disputes: [String: Dispute]
    /// The provider's ids of the payment: of the checkout, the payment, the invoice.
    public var references: Set<String>
    /// The provider's id of the buyer.
    public var customer: String?
    /// The provider's id of what the buyer paid with, when it may be used again.
    public var paymentMethod: String?
    /// Why the payment failed, in the provider's words.
    public var failure: String?

    /// Facts of a payment at a stage.
    public init(stage: Stage = .created, paid: Price? = nil, references: Set<String> = []) {
        self.stage = stage
        self.paid = paid
        leastPaid = paid
        self.references = references
        refunds = [:]
        disputes = [:]
    }

    /// Adds what else is known.
    public mutating func join(_ other: PaymentFacts) {
        stage = max(stage, other.stage)
        let least = [leastPaid, other.leastPaid].compactMap { $0 }.min(by: PaymentFacts.isLess)
        paid = [paid, other.paid].compactMap { $0 }.max(by: PaymentFacts.isLess)
        leastPaid = least
        leastPaid = least
        contradiction = [contradiction, other.contradiction].compactMap { $0 }.max()
        refunds.merge(other.refunds) { ours, theirs in
            Refund(
                minorUnits: max(ours.minorUnits, theirs.minorUnits),
                status: ours.status.rawValue >= theirs.status.rawValue ? ours.status : theirs.status,
                request: [ours.request, theirs.request].compactMap { $0 }.max())
        }
        disputes.merge(other.disputes) { ours, theirs in
            Dispute(
                minorUnits: max(ours.minorUnits, theirs.minorUnits),
                status: ours.status.rawValue >= theirs.status.rawValue ? ours.status : theirs.status)
        }
        references.formUnion(other.references)
        customer = [customer, other.customer].compactMap { $0 }.max()
        paymentMethod = [paymentMethod, other.paymentMethod].compactMap { $0 }.max()
        failure = [failure, other.failure].compactMap { $0 }.max()
    }
}

extension PaymentFacts {
    fileprivate static func isLess(_ left: Price, _ right: Price) -> Bool {
        (left.minorUnits, left.currency) < (right.minorUnits, right.currency)
    }

    /// How much money went back, disputes left out, in minor units.
    public var refundedMinorUnits: Int64 {
        refunds.values.reduce(0) { $1.status == .succeeded ? $0.addingClamped($1.minorUnits) : $0 }
    }

    /// How much money is withheld or lost in disputes, in minor units.
    public var disputedMinorUnits: Int64 {
        disputes.values.reduce(0) { sum, dispute in
            dispute.status == .open || dispute.status == .lost ? sum.addingClamped(dispute.minorUnits) : sum
        }
    }

    /// How many of the credits given for the payment are not paid for any more: as large a part as went back of the
    /// money, rounded down to the nanocredit.
    public func unpaidPart(of credits: Credits) -> Credits {
        guard stage == .paid, let paid else { return .zero }
        let gone = refundedMinorUnits.addingClamped(disputedMinorUnits)
        if gone <= 0 { return .zero }
        if gone >= paid.minorUnits { return credits }
        let part = Int128(credits.nanocredits) * Int128(gone) / Int128(paid.minorUnits)
        return Credits(nanocredits: Int64(clamping: part))
    }
}

extension Int64 {
    /// The sum, or the largest number where it does not fit.
    fileprivate func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
