import Logging
import ScripEngine
import ScripJSON
import Testing

@testable import ScripPayments

@Suite(.timeLimit(.minutes(15))) struct StripeClientTests {
    private static func client(
        _ address: String, attempts: Int = 1, timeoutMilliseconds: Int64 = 3_600_000
    ) -> StripeClient {
        let configuration = ServiceConfiguration(
            secret: "sk_test", address: address, timeoutMilliseconds: timeoutMilliseconds, attempts: attempts,
            firstDelayMilliseconds: 1)
        return StripeClient(configuration: configuration, logger: Logger(label: "tests"))
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `the secret key follows no redirect`(status: Int) async throws {
        try await LocalService.run([:]) { other, elsewhere in
            let answers: [String: LocalService.Answer] = [
                "/v1/here": .redirect(status, to: "/v1/moved"), "/v1/there": .redirect(status, to: elsewhere + "/"),
                "/v1/moved": .object(#"{"id":"cus_1"}"#),
            ]
            try await LocalService.run(answers) { stripe, address in
                let client = StripeClientTests.client(address)
                for path in ["/v1/here", "/v1/there"] {
                    await #expect {
                        _ = try await client.get(path)
                    } throws: {
                        ($0 as? PaymentProblem)?.code == .unreachable
                    }
                    await #expect {
                        _ = try await client.post(path, FormBody(), key: "once")
                    } throws: {
                        ($0 as? PaymentProblem)?.code == .unreachable
                    }
                    #expect(stripe.count(path) == 2)
                }
                #expect(stripe.count("/v1/moved") == 0 && other.count("/") == 0)
                let object = try await client.get("/v1/moved")
                #expect(object?["id"]?.stringValue == "cus_1")
            }
        }
    }

    /// After a certain refusal the money is free to be asked for under another name, so it must be Stripe's own and
    /// about this request.
    @Test(arguments: [
        (402, #"{"error":{"type":"card_error","code":"card_declined"}}"#, PaymentProblem.Code.declined),
        (400, #"{"error":{"type":"invalid_request_error"}}"#, .refused),
        (404, #"{"error":{"type":"invalid_request_error","code":"resource_missing"}}"#, .refused),
        (400, #"{"error":{"type":"idempotency_error"}}"#, .unreachable),
        (401, #"{"error":{"type":"invalid_request_error"}}"#, .unreachable),
        (403, #"{"error":{"type":"invalid_request_error"}}"#, .unreachable),
        (400, "<html>", .unreachable), (402, "{}", .unreachable), (404, "", .unreachable),
        (409, #"{"error":{"type":"idempotency_error"}}"#, .unreachable), (429, "{}", .unreachable),
        (500, #"{"error":{"type":"api_error"}}"#, .unreachable), (503, "", .unreachable), (200, "[]", .malformed),
        (200, "", .malformed),
    ])
    func `only a refusal of Stripe's own is certain`(status: Int, body: String, code: PaymentProblem.Code) async throws
    {
        try await LocalService.run(["/v1/payment_intents": .status(status, body)]) { _, address in
            let client = StripeClientTests.client(address)
            await #expect {
                _ = try await client.post("/v1/payment_intents", FormBody(), key: "once")
            } throws: {
                ($0 as? PaymentProblem)?.code == code
            }
        }
    }

    // Neither ends by itself: without a limit for the whole answer the test would not end either.
    @Test(.timeLimit(.minutes(15)), arguments: [LocalService.Answer.dripping, .silence])
    func `an answer that does not come whole in time is given up`(
        answer: LocalService.Answer
    ) async throws {
        try await LocalService.run(["/v1/refunds": answer]) { stripe, address in
            let client = StripeClientTests.client(address, attempts: 2, timeoutMilliseconds: 500)
            await #expect {
                _ = try await client.post("/v1/refunds", FormBody(), key: "once")
            } throws: {
                ($0 as? PaymentProblem)?.code == .unreachable
            }
            #expect(stripe.count("/v1/refunds") <= 2)
        }
    }

    @Test(arguments: [(0, true), (1, false)])
    func `an answer may be as large as is allowed`(more: Int, isRead: Bool) async throws {
        let object = #"{"id":"cus_1"}"#
        let padding = String(repeating: " ", count: ServiceConnection.maxBytes - object.utf8.count + more)
        try await LocalService.run(["/v1/large": .object(object + padding)]) { _, address in
            let client = StripeClientTests.client(address)
            do throws(PaymentProblem) {
                let object = try await client.get("/v1/large")
                #expect(object?["id"]?.stringValue == "cus_1" && isRead)
            } catch {
                #expect(error.code == .unreachable && !isRead)
            }
        }
    }
}
