import ScripCore
import ScripEngine
import ScripJSON
import ScripUsageFormats

/// Wire requests become domain values here, and nowhere else.
package enum Conversions {
    package static func credits(_ text: String, _ field: String) throws -> Credits {
        guard let credits = Credits(text) else { throw Rejection.amountOutOfRange(field: field) }
        return credits
    }

    private static func quantity(_ number: DecimalNumber, _ field: String) throws -> Quantity {
        guard let quantity = Quantity(number.description) else {
            throw Rejection.invalid(field: field, rule: "must be from 0 to \(Limits.count)")
        }
        return quantity
    }

    package static func identifier<ID: TextIdentifier>(_ text: String, _ field: String) throws -> ID {
        guard let id = ID(text) else {
            throw Rejection.invalid(field: field, rule: "must be 1 to \(ID.longestByteCount) bytes of plain text")
        }
        return id
    }

    /// The name that an event's own id is.
    package static func key(ofEvent id: String) throws -> IdempotencyKey {
        guard let key = IdempotencyKey(id, owner: .event) else {
            let most = IdempotencyKey.longestByteCount
            throw Rejection.invalid(field: "id", rule: "must be 1 to \(most) bytes of plain text")
        }
        return key
    }

    /// The credit type that was named, or the catalog's first.
    package static func creditType(_ text: String?, in catalog: Catalog) throws -> CreditTypeID {
        if let text { return try identifier(text, "credit_type") }
        if let first = catalog.defaultCreditType { return first }
        throw Rejection.invalid(field: "credit_type", rule: "is required: the catalog has none")
    }

    /// What the provider returned, read into counts; `nil` when the caller counted itself.
    package static func reported(_ fields: UsageFields) throws(ValidationError) -> ReportedUsage? {
        guard let raw = fields.rawUsage else { return nil }
        do {
            return try UsageReading.read(raw, provider: fields.provider, model: fields.model)
        } catch {
            let place = error.pointer.hasPrefix("#") ? String(error.pointer.dropFirst()) : error.pointer
            throw ValidationError([.init(pointer: "#/raw_usage\(place)", detail: error.rule.rawValue)])
        }
    }

    /// What a body says was used.
    package static func usage(_ fields: UsageFields) throws -> Usage {
        try usage(fields, reported: try reported(fields))
    }

    /// - Parameter reported: what the provider returned; what the caller states of the same things wins.
    package static func usage(_ fields: UsageFields, reported: ReportedUsage?) throws -> Usage {
        var usage = Usage(
            quantity: try quantity(fields.quantity, "quantity"),
            counts: try reported?.counts.quantities
                ?? Dictionary(
                    uniqueKeysWithValues: fields.counts.map {
                        ($0.key, try quantity($0.value, "usage.\($0.key)"))
                    }))
        usage.isUnfinished = reported.map { !$0.isFinal } ?? false
        usage.reportedCost = reported?.cost.flatMap { Dollars(rounding: $0) }
        usage.action = try fields.action.map { try identifier($0, "action") }
        usage.user = fields.user
        usage.model = fields.model ?? reported?.model
        usage.provider = fields.provider ?? reported?.provider
        usage.serviceTier = fields.serviceTier ?? reported?.serviceTier
        usage.geography = fields.geography ?? reported?.geography
        usage.speed = fields.speed ?? reported?.speed
        usage.otherCalls = try (reported?.otherCalls ?? []).map { call in
            guard let model = call.model ?? usage.model else {
                throw Rejection.invalid(field: "model", rule: "is required for usage of several models")
            }
            return Usage.ModelCall(model: model, counts: call.counts.quantities)
        }
        if let cost = fields.costUSD {
            guard let dollars = Dollars(cost), dollars >= .zero else {
                throw Rejection.invalid(field: "cost_usd", rule: "must be from 0 to 1000000000")
            }
            usage.cost = dollars
        }
        usage.amount = try fields.amount.map { try credits($0, "amount") }
        usage.creditType = try fields.creditType.map { try identifier($0, "credit_type") }
        if let type = fields.resourceType, let id = fields.resourceID {
            usage.resource = Usage.Resource(type: type, id: id)
        }
        usage.description = fields.description
        usage.metadata = fields.metadata
        usage.occurredAt = fields.occurredAt
        usage.traceID = fields.traceID
        return usage
    }

    package static func change(_ request: AccountRequest) throws -> AccountChange {
        var change = AccountChange()
        change.kind = request.kind
        change.isDemo = request.isDemo
        change.isSuspended = request.isSuspended
        change.enforcement = request.enforcement
        change.anchor = request.anchor
        change.timeZone = try request.timeZone.map(timeZone)
        change.plan = try request.plan.map { try identifier($0, "plan") }
        return change
    }

    package static func timeZone(_ id: String) throws -> TimeZoneRules {
        guard let zone = TimeZoneRules(id: id) else {
            throw Rejection.invalid(field: "timezone", rule: "must be an IANA time zone such as Europe/Vienna")
        }
        return zone
    }

    /// What a request says of the profile, as JSON.
    package static func profileText(_ request: AccountRequest) -> String {
        let bytes = JSONWriter.document { writer in
            for (name, field) in [("name", request.name), ("email", request.email)] {
                switch field {
                case .absent: break
                case .null:
                    writer.name(name)
                    writer.null()
                case .value(let text):
                    writer.name(name)
                    writer.string(text)
                }
            }
            switch request.metadata {
            case .absent: break
            case .null:
                writer.name("metadata")
                writer.null()
            case .value(let json):
                writer.name("metadata")
                writer.raw(json.utf8)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    package static func edit(_ profile: inout Profile, with request: AccountRequest) {
        apply(request.name, to: &profile.name)
        apply(request.email, to: &profile.email)
        apply(request.metadata, to: &profile.metadata)
    }

    private static func apply(_ field: Field<String>, to value: inout String?) {
        switch field {
        case .absent: break
        case .null: value = nil
        case .value(let text): value = text
        }
    }
}
