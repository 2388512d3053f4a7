import ScripCore
import ScripJSON

/// Billing profiles as stores keep them: one JSON object, amounts in nanocredits, times in microseconds.
extension BillingProfile {
    /// The record.
    public var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.kept("account", account.rawValue)
            writer.kept("provider", provider)
            writer.kept("customer", customer)
            writer.kept("payment_method", paymentMethod)
            if let subscription {
                writer.name("subscription")
                writer.object { writer in
                    writer.kept("id", subscription.id)
                    writer.kept("status", subscription.status)
                    writer.name("live")
                    writer.bool(subscription.isLive)
                    writer.name("final")
                    writer.bool(subscription.isFinal)
                    writer.kept("created_at", subscription.createdAt)
                    writer.kept("asked_at", subscription.askedAt)
                    if subscription.isWaiting {
                        writer.name("waiting")
                        writer.bool(true)
                    }
                }
            }
            if let topUp {
                writer.name("top_up")
                writer.object { topUp.write(into: &$0) }
            }
        }
        return writer.bytes
    }

    /// Reads a record.
    /// - Throws: ``StoreError`` when it is damaged.
    public init(encoded: [UInt8]) throws {
        let fields = try RecordFields(encoded, kind: "billing profile")
        self.init(account: AccountID(unchecked: try fields.text("account")))
        provider = fields.optionalText("provider")
        customer = fields.optionalText("customer")
        paymentMethod = fields.optionalText("payment_method")
        subscription = try fields.nested("subscription").map { kept in
            let status = try kept.text("status")
            // Versions that kept only the provider's word knew only Stripe's.
            var linked = LinkedSubscription(
                id: try kept.text("id"), status: status,
                isLive: kept.optionalBool("live") ?? ["active", "trialing", "past_due"].contains(status),
                isFinal: kept.optionalBool("final") ?? ["canceled", "incomplete_expired"].contains(status),
                createdAt: try kept.time("created_at"), askedAt: try kept.optionalTime("asked_at"))
            linked.isWaiting = kept.optionalBool("waiting") ?? false
            return linked
        }
        topUp = try fields.nested("top_up").map { try TopUp($0) }
    }
}

extension BillingProfile.TopUp {
    fileprivate func write(into writer: inout JSONWriter) {
        writer.name("enabled")
        writer.bool(isEnabled)
        writer.kept("threshold", threshold)
        writer.kept("pack", pack)
        writer.kept("monthly_cap", monthlyCapMinorUnits)
        writer.name("crossings")
        writer.object { writer in
            for (creditType, crossing) in crossings.open.sorted(by: { $0.key < $1.key }) {
                writer.name(creditType.rawValue)
                crossing.write(into: &writer)
            }
        }
        writer.kept("crossed_at", crossings.untyped?.line)
        writer.kept("retries", crossings.retryCount)
        writer.kept("month", month)
        writer.kept("spent", spentMinorUnits)
        writer.kept("last_purchase", lastPurchase)
        writer.kept("problem", problem)
    }

    fileprivate init(_ fields: RecordFields) throws {
        self.init(
            isEnabled: try fields.bool("enabled"), threshold: try fields.credits("threshold"),
            pack: try fields.text("pack"), monthlyCapMinorUnits: try fields.integer("monthly_cap"))
        month = try fields.integer("month")
        spentMinorUnits = try fields.integer("spent")
        lastPurchase = fields.optionalText("last_purchase")
        problem = fields.optionalText("problem")
        var open: [CreditTypeID: Crossing] = [:]
        for (creditType, value) in fields.members("crossings") {
            open[CreditTypeID(unchecked: creditType)] = try Crossing(value)
        }
        // Versions that kept no credit types said whether there was a crossing, and mostly where.
        let isCrossed = fields.optionalInteger("crossed_at") != nil || fields.optionalBool("armed") == false
        crossings = Crossings(
            open: open, untyped: isCrossed ? Crossing(line: fields.optionalInteger("crossed_at") ?? .max) : nil,
            retryCount: fields.optionalInteger("retries") ?? 0)
    }
}

extension Crossing {
    /// A crossing of a version that kept the entry alone stays one, so that the record of it stays the same.
    fileprivate func write(into writer: inout JSONWriter) {
        if threshold == nil && purchase == nil && floor == nil { return writer.integer(line) }
        writer.object { writer in
            writer.kept("line", line)
            writer.kept("threshold", threshold?.nanocredits)
            writer.kept("purchase", purchase)
            writer.kept("floor", floor?.nanocredits)
        }
    }

    fileprivate init(_ value: JSONValue) throws {
        if let line = value.integerValue {
            self.init(line: line)
            return
        }
        guard let object = value.objectValue else { throw RecordFields.damaged("billing profile", "crossings") }
        let fields = RecordFields(object, kind: "billing profile")
        self.init(
            line: try fields.integer("line"),
            threshold: fields.optionalInteger("threshold").map { Credits(nanocredits: $0) },
            purchase: fields.optionalText("purchase"),
            floor: fields.optionalInteger("floor").map { Credits(nanocredits: $0) })
    }
}
