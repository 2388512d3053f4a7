import HTTPTypes
import ScripAPI
import ScripCore
import ScripEngine
import ScripJSON

/// Subscribing at a payment provider, its page for customers, top-ups, and providers' messages.
enum Billing {
    @Sendable static func subscribe(_ call: Call) async throws -> Answer {
        var fields = BodyFields(try call.json())
        let plan = fields.requiredText("plan", mostBytes: PlanID.longestByteCount)
        let (success, cancel) = (fields.address("success_url"), fields.address("cancel_url"))
        try fields.finish()
        let checkout = try await call.desk.subscribe(
            try call.account(), to: PlanID(unchecked: plan), successURL: success, cancelURL: cancel)
        return Answer.object(.created) { writer in
            writer.member("checkout_url", checkout.url)
            writer.member("expires_at", checkout.expiresAt)
        }
    }

    @Sendable static func portal(_ call: Call) async throws -> Answer {
        var fields = BodyFields(try call.json())
        let back = fields.address("return_url")
        try fields.finish()
        let url = try await call.desk.portal(for: try call.account(), returnURL: back)
        return Answer.object(.created) { $0.member("url", url) }
    }

    @Sendable static func topUp(_ call: Call) async throws -> Answer {
        let account = try call.account()
        _ = try await call.engine.account(account)
        let profile = try await call.engine.billingProfile(of: account)
        return Answer.object { $0.billingProfile(profile) }
    }

    @Sendable static func setTopUp(_ call: Call) async throws -> Answer {
        var fields = BodyFields(try call.json())
        let pack = fields.requiredText("pack", mostBytes: 255)
        let threshold = fields.decimal("threshold")
        let cap = fields.integer("monthly_cap_minor_units", in: 0...1_000_000_000_000)
        if threshold == nil { fields.refuse("threshold", "is required") }
        if cap == nil { fields.refuse("monthly_cap_minor_units", "is required") }
        try fields.finish()
        let amount = try Conversions.credits(threshold ?? "", "threshold")
        if amount.isNegative { throw Rejection.invalid(field: "threshold", rule: "must not be negative") }
        let setting = BillingProfile.TopUp(threshold: amount, pack: pack, monthlyCapMinorUnits: cap ?? 0)
        let profile = try await call.engine.setTopUp(
            setting, of: try call.account(), origin: try call.origin())
        return Answer.object { $0.billingProfile(profile) }
    }

    @Sendable static func stopTopUp(_ call: Call) async throws -> Answer {
        let profile = try await call.engine.setTopUp(
            nil, of: try call.account(), origin: try call.origin())
        return Answer.object { $0.billingProfile(profile) }
    }

    /// Takes a message of Stripe's. Its signature is checked over the bytes as they came.
    /// Before a message is read: whether there is a provider to send it, and whether it says that it is signed.
    @Sendable static func requireSigned(_ headers: HTTPFields, _ configuration: ServerConfiguration) throws {
        guard let desk = configuration.payments, desk.hasProvider("stripe") else {
            throw PaymentProblem(.notConfigured, "This server takes no messages of this provider.")
        }
        guard let name = HTTPField.Name("Stripe-Signature"), let text = headers[name], !text.isEmpty,
            text.utf8.count <= 4_096
        else { throw PaymentProblem(.badSignature, "The message has no signature.") }
    }

    @Sendable static func stripe(_ call: Call) async throws -> Answer {
        let signature = HTTPField.Name("Stripe-Signature").flatMap { call.headers[$0] }
        let result = try await call.desk.receive(call.body, signature: signature, from: "stripe")
        return Answer.object { $0.member("result", result.rawValue) }
    }
}
