import HTTPTypes
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// Buying packs, and what became of it.
enum Purchases {
    @Sendable static func packs(_ call: Call) async throws -> Answer {
        let packs = call.engine.catalogInForce.packs
        return Answer.object { $0.member("data", array: packs) { $0.pack($1) } }
    }

    @Sendable static func create(_ call: Call) async throws -> Answer { try await buy(call, for: call.account()) }

    /// Buys a pack for an account that the caller was found to be entitled to: the whole of a purchase route, whoever
    /// calls it. The body is `{"pack", "provider"?, "success_url"?, "cancel_url"?, "save_payment_method"?}`.
    static func buy(_ call: Call, for account: AccountID) async throws -> Answer {
        var fields = BodyFields(try call.json())
        var order = PurchaseOrder(pack: fields.requiredText("pack", maxBytes: 255))
        order.provider = fields.text("provider", maxBytes: 32)
        let manual = ProvidedProvider.manual.rawValue
        if call.user != nil, let name = order.provider, try name == manual || call.desk.isSettledByOperator(name) {
            fields.refuse("provider", "must not be \(name): only the app's server may decide to send an invoice")
        }
        order.successURL = fields.address("success_url")
        order.cancelURL = fields.address("cancel_url")
        order.savesPaymentMethod = fields.bool("save_payment_method") ?? false
        try fields.finish()
        order.origin = try call.origin()
        let (purchase, isRepeat) = try await call.desk.place(order, for: account)
        return Answer.object(.created) { $0.purchase(purchase, isForUser: call.user != nil) }.repeated(isRepeat)
    }

    @Sendable static func list(_ call: Call) async throws -> Answer { try await list(call, of: call.account()) }

    @Sendable static func listAll(_ call: Call) async throws -> Answer { try await list(call, of: nil) }

    /// Lists purchases of an account, or of all.
    static func list(_ call: Call, of account: AccountID?) async throws -> Answer {
        let limit = try call.limit()
        var query = PurchaseQuery(account: account, limit: limit + 1)
        if let word = call.query["status"] {
            guard let status = PurchaseStatus(rawValue: word) else {
                let words = PurchaseStatus.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError([.init(pointer: "status", detail: "must be one of \(words)")])
            }
            query.statuses = [status]
        }
        if let cursor = call.query["cursor"] { query.after = try place(cursor) }
        if let account { _ = try await call.engine.account(account) }
        let (purchases, damaged) = try await call.engine.purchasePage(query)
        let shown = purchases.prefix(limit)
        return Answer.object { writer in
            writer.member("data", array: shown) { $0.purchase($1, isForUser: call.user != nil) }
            let next = purchases.count > limit ? shown.last : nil
            writer.member("next_cursor", next.map { Cursor.make("\($0.createdAt.microseconds) \($0.id)") })
            writer.damaged(damaged)
        }
    }

    private static func place(_ cursor: String) throws -> PurchaseQuery.Place {
        let parts = try Cursor.read(cursor).split(separator: " ")
        guard parts.count == 2, let time = Int64(parts[0]) else { throw Cursor.refusal }
        return PurchaseQuery.Place(createdAt: Timestamp(microseconds: time), id: String(parts[1]))
    }

    @Sendable static func show(_ call: Call) async throws -> Answer {
        let purchase = try await purchase(call, of: call.account())
        return Answer.object { $0.purchase(purchase, isForUser: call.user != nil) }
    }

    @Sendable static func refresh(_ call: Call) async throws -> Answer {
        let purchase = try await call.desk.refresh(
            try await purchase(call, of: call.account()), origin: try call.origin())
        return Answer.object { $0.purchase(purchase, isForUser: call.user != nil) }
    }

    /// The purchase in the path, if it belongs to an account.
    static func purchase(_ call: Call, of account: AccountID) async throws -> Purchase {
        guard let purchase = try await call.engine.purchase(call.parameters["purchase"] ?? ""),
            purchase.account == account
        else { throw PurchaseRefusal.notFound }
        return purchase
    }

    @Sendable static func markPaid(_ call: Call) async throws -> Answer {
        var fields = BodyFields(try call.json())
        let reference = fields.text("reference", maxBytes: 255)
        try fields.finish()
        let (before, origin) = (try await purchase(call, of: call.account()), try call.origin())
        let after = try await call.desk.markPaid(before, reference: reference, origin: origin)
        return Answer.object { $0.purchase(after, isForUser: call.user != nil) }
            .repeated(origin.idempotencyKey != nil && after == before)
    }

    @Sendable static func refund(_ call: Call) async throws -> Answer {
        var fields = BodyFields(try call.json())
        let amount = fields.integer("minor_units", in: 1...1_000_000_000_000)
        try fields.finish()
        let origin = try call.origin()
        let (purchase, isRepeat) = try await call.desk.sendBack(
            try await purchase(call, of: call.account()), minorUnits: amount,
            key: origin.idempotencyKey, origin: origin)
        return Answer.object { $0.purchase(purchase, isForUser: call.user != nil) }.repeated(
            isRepeat && origin.idempotencyKey != nil)
    }

    @Sendable static func reconcile(_ call: Call) async throws -> Answer {
        var fields = BodyFields(try call.json())
        let days = fields.integer("days", in: 1...30) ?? 3
        try fields.finish()
        let report = try await call.desk.reconcile(days: Int(days))
        return Answer.object { $0.reconciliation(report) }
    }
}

extension Call {
    /// Where purchases are made.
    /// - Throws: ``PaymentProblem`` when this server has no payments.
    var desk: PaymentDesk {
        get throws {
            guard let payments = configuration.payments else {
                throw PaymentProblem(.notConfigured, "This server has no payment provider.")
            }
            return payments
        }
    }
}

extension BodyFields {
    /// An address that a browser is sent to.
    mutating func address(_ name: String) -> String? {
        guard let text = text(name, maxBytes: 2_048) else { return nil }
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        if isPlain && (text.hasPrefix("https://") || text.hasPrefix("http://")) { return text }
        refuse(name, "must be an http or https address")
        return nil
    }
}
