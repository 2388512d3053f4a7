import HTTPTypes
import Hummingbird
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// Subscribing at a payment provider, its page for customers, top-ups, and providers' messages.
enum Billing {
    @Sendable static func subscribe(_ call: Call) async throws -> Answer {
        var fields = BodyFields(try call.json())
        let plan = fields.requiredText("plan", maxBytes: PlanID.longestByteCount)
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
        let pack = fields.requiredText("pack", maxBytes: 255)
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

    /// Before a message is read: whether there is a provider to send it, and whether it says that it is signed.
    @Sendable static func requireSigned(
        _ headers: HTTPFields, _ parameters: Parameters, _ configuration: ServerConfiguration
    ) throws {
        let names = configuration.payments?.signatureHeaders(of: parameters.get("provider") ?? "") ?? []
        if names.isEmpty {
            throw PaymentProblem(.notConfigured, "This server does not accept messages from this provider.")
        }
        if signature(in: headers, names).count < names.count {
            throw PaymentProblem(.badSignature, "The message has no signature.")
        }
    }

    /// Takes a provider's message. Its signature is checked over the bytes as they came.
    @Sendable static func receive(_ call: Call) async throws -> Answer {
        let provider = call.parameters["provider"] ?? ""
        let headers = signature(in: call.headers, try call.desk.signatureHeaders(of: provider))
        let result = try await call.desk.receive(call.body, headers: headers, from: provider)
        return Answer.object { $0.member("result", result.rawValue) }
    }

    /// The headers with some names that say something, and not too much.
    private static func signature(in headers: HTTPFields, _ names: [String]) -> [String: String] {
        var found: [String: String] = [:]
        for name in names {
            guard let value = HTTPField.Name(name).flatMap({ headers[$0] }), !value.isEmpty, value.utf8.count <= 4_096
            else { continue }
            found[name] = value
        }
        return found
    }
}
