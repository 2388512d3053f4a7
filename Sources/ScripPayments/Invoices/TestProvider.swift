import ScripCore
import ScripEngine

/// A provider to try things on: its checkout is a page of this server, and paying costs nothing.
///
/// It must exist only in development.
public struct TestProvider: PaymentProvider {
    public let name = ProvidedProvider.test.rawValue
    private let address: @Sendable () -> String

    /// A provider whose page is under this server's address, such as `http://127.0.0.1:8080`. It is asked for when a
    /// checkout is opened: the port may be known only then.
    public init(address: @escaping @Sendable () -> String) {
        self.address = address
    }

    public func openCheckout(for purchase: Purchase, order: CheckoutOrder) async throws(PaymentProblem) -> Checkout {
        Checkout(
            url: "\(address())/test-checkout/\(purchase.id)",
            facts: PaymentFacts(stage: .pending, references: ["test_\(purchase.id)"]))
    }

    public func charge(
        _ purchase: Purchase, customer: String, paymentMethod: String?
    ) async throws(PaymentProblem) -> PaymentFacts {
        PaymentFacts(stage: .paid, paid: purchase.price, references: ["test_\(purchase.id)"])
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
