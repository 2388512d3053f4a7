import HTTPTypes
import ScripCore
import ScripEngine

/// The page of the test provider, where paying costs nothing. It exists only in development.
enum TestCheckout {
    @Sendable static func page(_ call: Call) async throws -> Answer {
        let purchase = try await purchase(call)
        let price = "\(purchase.price.minorUnits) \(purchase.price.currency) (minor units)"
        let form = """
            <form method="post"><button name="outcome" value="paid">Pay</button>
            <button name="outcome" value="failed">Let it fail</button></form>
            """
        return html(
            """
            <h1>Test checkout</h1><p>No money moves here.</p>
            <p>\(escaped(purchase.credits.description)) \(escaped(purchase.creditType.rawValue)) for \(escaped(price)),
            to account \(escaped(purchase.account.rawValue)).</p>
            <p role="status">Status: <strong>\(purchase.status.rawValue)</strong></p>
            \(purchase.status.wasPaid ? "" : form)
            """)
    }

    @Sendable static func finish(_ call: Call) async throws -> Answer {
        let purchase = try await purchase(call)
        var facts = PaymentFacts(stage: .failed, references: ["test_\(purchase.id)"])
        if String(decoding: call.body, as: UTF8.self) == "outcome=paid" {
            facts.stage = .paid
            facts.paid = purchase.price
            facts.customer = "test_\(purchase.account.rawValue)"
            facts.paymentMethod = "test_card"
        }
        _ = try await call.engine.recordPayment(facts, of: purchase.id, account: purchase.account)
        return try await page(call)
    }

    private static func purchase(_ call: Call) async throws -> Purchase {
        guard try call.desk.hasProvider(ProvidedProvider.test.rawValue),
            let purchase = try await call.engine.purchase(call.parameters["purchase"] ?? ""),
            purchase.provider == ProvidedProvider.test.rawValue
        else { throw PurchaseRefusal.notFound }
        return purchase
    }

    private static func html(_ body: String) -> Answer {
        let page = """
            <!doctype html><html lang="en"><meta charset="utf-8"><title>Test checkout</title>
            <meta name="viewport" content="width=device-width"><main>\(body)</main></html>
            """
        var headers: HTTPFields = [:]
        if let name = HTTPField.Name("Content-Security-Policy") {
            headers[name] = "default-src 'none'; form-action 'self'; frame-ancestors 'none'"
        }
        return Answer(status: .ok, body: Array(page.utf8), headers: headers, contentType: "text/html; charset=utf-8")
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
