import ScripCore
import ScripEngine

/// Invoices: the buyer pays somewhere else, and an operator notes that the money came or went back.
public struct ManualProvider: PaymentProvider {
    public let name = ProvidedProvider.manual.rawValue
    public let isSettledByOperator = true

    /// Makes the provider for invoices.
    public init() {}

    public func openCheckout(for purchase: Purchase, order: CheckoutOrder) async throws(PaymentProblem) -> Checkout {
        Checkout(url: nil, facts: PaymentFacts(stage: .pending))
    }

    public func refund(
        _ purchase: Purchase, minorUnits: Int64, key: String
    ) async throws(PaymentProblem) -> PaymentFacts {
        var facts = PaymentFacts(stage: .pending)
        facts.refunds["\(purchase.id)-\(key)"] = .init(
            minorUnits: minorUnits, status: .succeeded, request: RefundRequest.mark(of: key))
        return facts
    }
}
