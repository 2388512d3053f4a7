import ScripJSON

extension JSONWriter {
    mutating func place(_ place: Draw.Place) {
        switch place {
        case .grant(let id, let source):
            field("grant", id.seq)
            field("source", source.rawValue)
        case .debt: field("source", "debt")
        case .unlimited: field("source", "unlimited")
        }
    }

    mutating func draw(_ draw: Draw) {
        place(draw.place)
        field("amount", nonzero: draw.amount)
        field("held", nonzero: draw.held)
    }

    mutating func terms(_ terms: GrantTerms) {
        field("source", terms.source.rawValue)
        field("amount", terms.amount)
        field("priority", Int64(terms.priority))
        field("effective_at", terms.effectiveAt)
        field("expires_at", terms.expiresAt)
    }

    mutating func usage(_ usage: Usage) {
        field("action", usage.action?.rawValue)
        field("user", usage.user)
        if usage.quantity != 1 { field("quantity", usage.quantity) }
        if !usage.counts.isEmpty {
            name("counts")
            let counts = usage.counts.count == 1 ? Array(usage.counts) : usage.counts.sorted { $0.key < $1.key }
            object { writer in
                for (name, count) in counts {
                    writer.name(name)
                    writer.integer(count)
                }
            }
        }
        field("model", usage.model)
        field("provider", usage.provider)
        field("cost", usage.cost?.description)
        field("amount", usage.amount)
        field("credit_type", usage.creditType?.rawValue)
        field("resource_type", usage.resource?.type)
        field("resource_id", usage.resource?.id)
        field("description", usage.description)
        field("metadata", usage.metadata)
        field("occurred_at", usage.occurredAt)
        field("trace_id", usage.traceID)
    }

    mutating func rating(_ rating: Rating) {
        field("credit_type", rating.creditType.rawValue)
        field("amount", rating.amount)
        field("unrounded", rating.unrounded)
        field("cost", rating.cost?.description)
        field("price_version", rating.priceVersion)
        list("lines", rating.lines) { writer, line in
            writer.field("dimension", line.dimension)
            writer.field("count", line.count)
            writer.field("credits", line.credits)
        }
    }
}

extension KeptFields {
    func place() throws(CodingProblem) -> Draw.Place {
        if let grant = try optionalInteger("grant") { return .grant(GrantID(seq: grant), try choice("source")) }
        switch try text("source") {
        case "debt": return .debt
        case "unlimited": return .unlimited
        default: throw CodingProblem(field: "source")
        }
    }

    func draw() throws(CodingProblem) -> Draw {
        Draw(
            try place(), amount: try optionalCredits("amount") ?? .zero, held: try optionalCredits("held") ?? .zero
        )
    }

    func terms() throws(CodingProblem) -> GrantTerms {
        GrantTerms(
            source: try choice("source"), amount: try credits("amount"),
            priority: Int32(clamping: try integer("priority")), effectiveAt: try time("effective_at"),
            expiresAt: try optionalTime("expires_at")
        )
    }

    func usage() throws(CodingProblem) -> Usage {
        var usage = Usage(
            action: try optionalIdentifier("action"), quantity: try optionalInteger("quantity") ?? 1
        )
        usage.user = try optionalText("user")
        if let counts = object["counts"]?.objectValue {
            for member in counts.members {
                guard let count = member.value.integerValue else { throw CodingProblem(field: "counts") }
                usage.counts[member.name] = count
            }
        }
        usage.model = try optionalText("model")
        usage.provider = try optionalText("provider")
        usage.cost = try dollars("cost")
        usage.amount = try optionalCredits("amount")
        usage.creditType = try optionalIdentifier("credit_type")
        if has("resource_type") || has("resource_id") {
            usage.resource = Usage.Resource(type: try text("resource_type"), id: try text("resource_id"))
        }
        usage.description = try optionalText("description")
        usage.metadata = try optionalText("metadata")
        usage.occurredAt = try optionalTime("occurred_at")
        usage.traceID = try optionalText("trace_id")
        return usage
    }

    func rating() throws(CodingProblem) -> Rating {
        Rating(
            creditType: try identifier("credit_type"), amount: try credits("amount"),
            unrounded: try optionalText("unrounded"), cost: try dollars("cost"),
            priceVersion: try integer("price_version"),
            lines: try list("lines") { (fields) throws(CodingProblem) in
                Rating.Line(
                    dimension: try fields.text("dimension"), count: try fields.integer("count"),
                    credits: try fields.text("credits")
                )
            }
        )
    }
}
