import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Synchronization

/// Answers as Stripe's HTTP API does for one customer who pays, and notes who asked for money under which keys.
///
/// Who asks with the secret key ``silentSecret`` for money gets no answer.
final class StripeStandIn: Sendable {
    /// The secret key of a caller whose requests for money are not answered.
    static let silentSecret = "sk_test_silent"

    private let keys = Mutex<[String: [String]]>([:])
    private let reached = AsyncStream.makeStream(of: Void.self)
    private let released = AsyncStream.makeStream(of: Void.self)

    /// The idempotency keys of the requests for money that a caller made.
    func chargeKeys(of secret: String) -> [String] { keys.withLock { $0["Bearer \(secret)"] ?? [] } }

    /// Waits until the silenced caller has asked for money.
    func waitForCharge() async { for await _ in reached.stream {} }

    /// Serves while a body runs, which is given the address.
    func serve(_ body: @escaping @Sendable (String) async throws -> Void) async throws {
        let router = Router()
        let list = #"{"object":"list","data":[],"has_more":false}"#
        for name in ["events", "refunds", "disputes"] { router.get("/v1/\(name)") { _, _ in list } }
        router.post("/v1/checkout/sessions") { _, _ in
            #"{"id":"cs_1","object":"checkout.session","status":"open","payment_status":"unpaid","url":"https://x"}"#
        }
        router.get("/v1/checkout/sessions/cs_1") { _, _ in
            """
            {"id":"cs_1","object":"checkout.session","status":"complete","payment_status":"paid","customer":"cus_1",
            "payment_intent":"pi_1","amount_total":1000,"currency":"usd"}
            """
        }
        router.get("/v1/payment_intents/{id}") { _, context in
            StripeStandIn.intent(try context.parameters.require("id"))
        }
        router.post("/v1/payment_intents") { request, _ in
            let key = HTTPField.Name("Idempotency-Key").flatMap { request.headers[$0] } ?? ""
            let caller = request.headers[.authorization] ?? ""
            self.keys.withLock { $0[caller, default: []].append(key) }
            if caller == "Bearer \(StripeStandIn.silentSecret)" {
                self.reached.continuation.finish()
                for await _ in self.released.stream {}
            }
            return StripeStandIn.intent("pi_\(key)")
        }
        let application = Application(
            router: router, logger: Logger(label: "stripe", factory: { _ in SwiftLogNoOpLogHandler() }))
        try await application.test(.live) { client in
            let port = client.port ?? 0
            let result = await Result { try await body("http://127.0.0.1:\(port)") }
            self.released.continuation.finish()
            try result.get()
        }
    }

    private static func intent(_ id: String) -> String {
        """
        {"id":"\(id)","object":"payment_intent","status":"succeeded","amount_received":1000,"currency":"usd",
        "customer":"cus_1","setup_future_usage":"off_session","payment_method":"pm_1"}
        """
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
