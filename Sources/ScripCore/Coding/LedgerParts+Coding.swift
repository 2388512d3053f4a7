import ScripJSON

extension JSONWriter {
    mutating func place(_ place: Draw.Place) {
        switch place {
        case .grant(let id, let source):
            field("grant", id.seq)
            field("source", source.rawValue)
        case .debt: field("source", "debt")
        case .unlimited: field("source", "unlimited")
        case .lapsed(let seq):
            field("source", "lapsed")
            field("line", seq)
        }
    }

    mutating func draw(_ draw: Draw) {
        place(draw.place)
        field("amount", nonzero: draw.amount)
        field("held", nonzero: draw.held)
        field("lapsing", nonzero: draw.lapsing)
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
        counts(usage.counts)
        field("model", usage.model)
        field("provider", usage.provider)
        field("service_tier", usage.serviceTier)
        field("geography", usage.geography)
        field("speed", usage.speed)
        list("other_calls", usage.otherCalls) { writer, call in
            writer.field("model", call.model)
            writer.field("provider", call.provider)
            writer.counts(call.counts)
        }
        field("cost", usage.cost?.description)
        field("reported_cost", usage.reportedCost?.description)
        field("unfinished", flag: usage.isUnfinished)
        field("amount", usage.amount)
        field("credit_type", usage.creditType?.rawValue)
        field("resource_type", usage.resource?.type)
        field("resource_id", usage.resource?.id)
        field("description", usage.description)
        field("metadata", usage.metadata)
        field("occurred_at", usage.occurredAt)
        field("trace_id", usage.traceID)
    }

    /// Writes a number, which is a whole one for all but few.
    private mutating func field(_ name: StaticString, _ quantity: Quantity) {
        self.name(name)
        raw(quantity.description.utf8)
    }

    private mutating func counts(_ counts: [String: Quantity]) {
        if counts.isEmpty { return }
        name("counts")
        let sorted = counts.count == 1 ? Array(counts) : counts.sorted { $0.key < $1.key }
        object { writer in
            for (name, count) in sorted {
                writer.name(name)
                writer.raw(count.description.utf8)
            }
        }
    }

    mutating func rating(_ rating: Rating) {
        field("credit_type", rating.creditType.rawValue)
        field("amount", rating.amount)
        field("unrounded", rating.unrounded)
        field("cost", rating.cost?.description)
        field("price_version", rating.priceVersion)
        field("priced", rating.priced?.rawValue)
        field("book_date", rating.bookDate)
        list("lines", rating.lines) { writer, line in
            writer.field("dimension", line.dimension)
            writer.field("count", line.count)
            writer.field("credits", line.credits)
            writer.field("usd_per_million", line.dollarsPerMillion?.description)
            writer.field("cost", line.cost?.description)
            writer.field("model", line.model)
        }
        list("unpriced", rating.unpriced) { writer, item in
            writer.field("dimension", item.dimension)
            writer.field("count", item.count)
        }
        field("reported_cost", rating.reportedCost?.description)
        field("estimate", flag: rating.isEstimate)
    }
}

extension KeptFields {
    func place() throws(CodingProblem) -> Draw.Place {
        if let grant = try optionalInteger("grant") { return .grant(GrantID(seq: grant), try choice("source")) }
        switch try text("source") {
        case "debt": return .debt
        case "unlimited": return .unlimited
        case "lapsed": return .lapsed(seq: try sequence("line"))
        default: throw CodingProblem(field: "source")
        }
    }

    func draw() throws(CodingProblem) -> Draw {
        Draw(
            try place(), amount: try optionalCredits("amount") ?? .zero, held: try optionalCredits("held") ?? .zero,
            lapsing: try optionalCredits("lapsing") ?? .zero
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
            action: try optionalIdentifier("action"),
            quantity: has("quantity") ? try quantity("quantity") : 1
        )
        usage.user = try optionalText("user")
        usage.counts = try counts()
        usage.model = try optionalText("model")
        usage.provider = try optionalText("provider")
        usage.serviceTier = try optionalText("service_tier")
        usage.geography = try optionalText("geography")
        usage.speed = try optionalText("speed")
        usage.otherCalls = try list("other_calls") { (fields) throws(CodingProblem) in
            Usage.ModelCall(
                provider: try fields.optionalText("provider"), model: try fields.text("model"),
                counts: try fields.counts()
            )
        }
        usage.cost = try dollars("cost")
        usage.reportedCost = try dollars("reported_cost")
        usage.isUnfinished = flag("unfinished")
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

    private func counts() throws(CodingProblem) -> [String: Quantity] {
        var counts: [String: Quantity] = [:]
        for member in object["counts"]?.objectValue?.members ?? [] {
            counts[member.name] = try KeptFields.quantity(member.value, "counts")
        }
        return counts
    }

    private func quantity(_ name: String) throws(CodingProblem) -> Quantity {
        try KeptFields.quantity(object[name], name)
    }

    private static func quantity(_ value: JSONValue?, _ name: String) throws(CodingProblem)
        -> Quantity
    {
        guard case .number(let text)? = value, let quantity = Quantity(text) else {
            throw CodingProblem(field: name)
        }
        return quantity
    }

    func rating() throws(CodingProblem) -> Rating {
        var rating = try statedRating()
        rating.reportedCost = try dollars("reported_cost")
        rating.isEstimate = flag("estimate")
        return rating
    }

    private func statedRating() throws(CodingProblem) -> Rating {
        Rating(
            creditType: try identifier("credit_type"), amount: try credits("amount"),
            unrounded: try optionalText("unrounded"), cost: try dollars("cost"),
            priceVersion: try integer("price_version"),
            priced: has("priced") ? try choice("priced") : nil, bookDate: try optionalText("book_date"),
            lines: try list("lines") { (fields) throws(CodingProblem) in
                Rating.Line(
                    dimension: try fields.text("dimension"), count: try fields.quantity("count"),
                    credits: try fields.text("credits"),
                    dollarsPerMillion: try fields.dollars("usd_per_million"), cost: try fields.dollars("cost"),
                    model: try fields.optionalText("model")
                )
            },
            unpriced: try list("unpriced") { (fields) throws(CodingProblem) in
                Rating.Unpriced(
                    dimension: try fields.text("dimension"), count: try fields.quantity("count"))
            }
        )
    }
}
