import ScripCore
import ScripJSON

/// Purchases as stores keep them: one JSON object, amounts in nanocredits and minor units, times in microseconds.
extension Purchase {
    /// The record.
    public var encoded: [UInt8] {
        var writer = JSONWriter(capacity: 1_024)
        writer.object { writer in
            writer.kept("id", id)
            writer.kept("account", account.rawValue)
            writer.kept("kind", kind.rawValue)
            writer.kept("pack", pack)
            writer.kept("catalog_version", catalogVersion)
            writer.kept("credit_type", creditType.rawValue)
            writer.kept("credits", credits)
            writer.kept("minor_units", price.minorUnits)
            writer.kept("currency", price.currency)
            writer.kept("provider_price", providerPrice)
            writer.kept("provider", provider)
            writer.kept("policy", policy.rawValue)
            writer.kept("actor", actor)
            writer.kept("created_at", createdAt)
            writer.kept("updated_at", updatedAt)
            writer.kept("checkout_url", checkoutURL)
            writer.kept("expires_at", expiresAt)
            writer.kept("paid_at", paidAt)
            writer.name("facts")
            writer.object { facts.write(into: &$0) }
            writer.name("grants")
            writer.array { writer in for grant in grants { writer.integer(grant.seq) } }
            writer.kept("taken_back", takenBack)
            writer.kept("unpaid", unpaid)
            writer.kept("movements", movementCount)
            writer.name("refund_requests")
            writer.object { writer in
                for (name, request) in refundRequests.sorted(by: { $0.key < $1.key }) {
                    writer.name(name)
                    writer.object { request.write(into: &$0) }
                }
            }
            writer.kept("accepted_payment", acceptedPayment)
            writer.kept("problem", problem)
            writer.kept("attempts", attempts)
            writer.kept("payer", payer?.customer)
            writer.kept("payer_method", payer?.paymentMethod)
            writer.kept("given_back", isGivenBack ? 1 : nil)
            writer.kept("next_attempt_at", nextAttemptAt)
        }
        return writer.bytes
    }

    /// Reads a record.
    /// - Throws: ``StoreError`` when it is damaged.
    public init(encoded: [UInt8]) throws {
        let fields = try RecordFields(encoded, kind: "purchase")
        let pack = Pack(
            id: try fields.text("pack"), creditType: CreditTypeID(unchecked: try fields.text("credit_type")),
            credits: try fields.credits("credits"),
            price: Price(minorUnits: try fields.integer("minor_units"), currency: try fields.text("currency")),
            providerPrice: fields.optionalText("provider_price"))
        self.init(
            id: try fields.text("id"), account: AccountID(unchecked: try fields.text("account")),
            kind: try fields.choice("kind"), pack: pack, catalogVersion: try fields.integer("catalog_version"),
            provider: try fields.text("provider"), policy: try fields.choice("policy"),
            actor: fields.optionalText("actor"), at: try fields.time("created_at"))
        updatedAt = try fields.time("updated_at")
        checkoutURL = fields.optionalText("checkout_url")
        expiresAt = fields.optionalTime("expires_at")
        paidAt = fields.optionalTime("paid_at")
        guard let kept = fields.nested("facts") else { throw RecordFields.damaged("purchase", "facts") }
        facts = try PaymentFacts(kept)
        grants = fields.list("grants").compactMap(\.integerValue).map { GrantID(seq: $0) }
        takenBack = try fields.credits("taken_back")
        unpaid = try fields.credits("unpaid")
        movementCount = try fields.integer("movements")
        for (name, value) in fields.members("refund_requests") {
            refundRequests[name] = try RefundRequest(value, name: name, createdAt: createdAt)
        }
        acceptedPayment = fields.optionalText("accepted_payment")
        problem = fields.optionalText("problem")
        attempts = try fields.integer("attempts")
        payer = fields.optionalText("payer").map {
            Payer(customer: $0, paymentMethod: fields.optionalText("payer_method"))
        }
        isGivenBack = fields.optionalInteger("given_back") == 1
        nextAttemptAt = fields.optionalTime("next_attempt_at")
    }
}

extension RefundRequest {
    fileprivate func write(into writer: inout JSONWriter) {
        writer.kept("minor_units", minorUnits)
        writer.kept("state", state.rawValue)
        writer.kept("asked_at", askedAt)
        writer.kept("provider_key", providerKey)
    }

    /// - Parameter value: the request; a version that did not wait for answers kept the amount alone.
    fileprivate init(_ value: JSONValue, name: String, createdAt: Timestamp) throws {
        if let minorUnits = value.integerValue {
            self.init(minorUnits: minorUnits, state: .settled, askedAt: createdAt, providerKey: name)
            return
        }
        guard let object = value.objectValue else { throw RecordFields.damaged("purchase", "refund_requests") }
        let fields = RecordFields(object, kind: "purchase")
        self.init(
            minorUnits: try fields.integer("minor_units"), state: try fields.choice("state"),
            askedAt: try fields.time("asked_at"), providerKey: try fields.text("provider_key"))
    }
}

extension PaymentFacts {
    fileprivate func write(into writer: inout JSONWriter) {
        writer.kept("stage", stage.rawValue)
        writer.kept("paid", paid?.minorUnits)
        writer.kept("currency", paid?.currency)
        if let leastPaid, leastPaid != paid {
            writer.kept("least_paid", leastPaid.minorUnits)
            writer.kept("least_currency", leastPaid.currency)
        }
        writer.kept("contradiction", contradiction)
        writer.name("refunds")
        writer.object { writer in
            for (id, refund) in refunds.sorted(by: { $0.key < $1.key }) {
                writer.name(id)
                writer.object { writer in
                    writer.kept("minor_units", refund.minorUnits)
                    writer.kept("status", refund.status.rawValue)
                    writer.kept("request", refund.request)
                }
            }
        }
        writer.name("disputes")
        writer.object { writer in
            for (id, dispute) in disputes.sorted(by: { $0.key < $1.key }) {
                writer.name(id)
                writer.object { writer in
                    writer.kept("minor_units", dispute.minorUnits)
                    writer.kept("status", dispute.status.rawValue)
                }
            }
        }
        writer.name("references")
        writer.array { writer in for reference in references.sorted() { writer.string(reference) } }
        writer.kept("customer", customer)
        writer.kept("payment_method", paymentMethod)
        writer.kept("failure", failure)
    }

    fileprivate init(_ fields: RecordFields) throws {
        self.init(stage: try fields.choice("stage"))
        if let units = fields.optionalInteger("paid") {
            paid = Price(minorUnits: units, currency: try fields.text("currency"))
            leastPaid = paid
            if let least = fields.optionalInteger("least_paid") {
                leastPaid = Price(minorUnits: least, currency: try fields.text("least_currency"))
            }
        }
        contradiction = fields.optionalText("contradiction")
        for (id, kept) in fields.table("refunds") {
            guard let status = Refund.Status(rawValue: try kept.integer("status")) else {
                throw RecordFields.damaged("purchase", "refunds")
            }
            refunds[id] = Refund(
                minorUnits: try kept.integer("minor_units"), status: status, request: kept.optionalText("request"))
        }
        for (id, kept) in fields.table("disputes") {
            guard let status = Dispute.Status(rawValue: try kept.integer("status")) else {
                throw RecordFields.damaged("purchase", "disputes")
            }
            disputes[id] = Dispute(minorUnits: try kept.integer("minor_units"), status: status)
        }
        references = Set(fields.list("references").compactMap(\.stringValue))
        customer = fields.optionalText("customer")
        paymentMethod = fields.optionalText("payment_method")
        failure = fields.optionalText("failure")
    }
}
