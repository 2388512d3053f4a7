import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `scrip price`: explains a price line by line.
struct PriceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "price", abstract: "Explain what usage would cost, line by line, without charging.",
        discussion: """
            With an action: the price in credits by the catalog in force now, or --at a moment. Without one: only what
            the provider charges for the model. Without a database, the price book shipped with Scrip is used.

              scrip price --model claude-sonnet-4-5 \\
                --usage input_tokens=1200,output_tokens=300
              scrip price --model claude-sonnet-4-5 \\
                --usage '{"input_tokens":1200,"output_tokens":300}'
              scrip price --model gpt-5 \\
                --raw-usage '{"prompt_tokens":1200,"completion_tokens":300,"total_tokens":1500}'
            """
    )
    @OptionGroup var called: ModelOptions
    @Option(help: "Counts, as input_tokens=1200,output_tokens=300 or as a JSON object; may be repeated.")
    var usage: [String] = []
    @Option(help: "The usage or the whole response from the provider, in JSON; - for standard input.")
    var rawUsage: String?
    @Option(help: "The action, as the catalog names it; its rate decides the amount.") var action: ActionID?
    @Option(help: "How many times.") var quantity: Quantity = 1
    @Option(help: "When the usage happened. Default: now.") var at: Timestamp?
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        if called.model == nil && action == nil && rawUsage == nil {
            throw ArgumentParser.ValidationError("Give --model, --action or --raw-usage.")
        }
        if rawUsage != nil && !usage.isEmpty { throw ArgumentParser.ValidationError("Give --usage or --raw-usage.") }
        _ = try counts()
    }

    func run() async throws {
        let described = try described()
        let catalogs: CatalogHistory
        let isFromDatabase: Bool
        if let kept = try await database.withEngineIfAny({
            try await $0.catalogs(pricingFrom: described.occurredAt ?? $0.clock.now())
        }) {
            (catalogs, isFromDatabase) = (kept, true)
        } else {
            let shipped = try await PriceSource.catalog(database: database)
            (catalogs, isFromDatabase) = (CatalogHistory([shipped]), false)
        }
        if action != nil && !isFromDatabase {
            throw Failure.Problem.storeUnavailable(
                "There is no database whose catalog could say what the action takes; leave --action out, or name one.")
        }
        try Limits.require(described)
        let now = SystemClock().now()
        let rating: Rating
        do {
            rating = try (action == nil ? catalogs.inDollars : catalogs).rate(described, at: now)
        } catch {
            throw Misnamed.hinted(error, in: catalogs.inForce(at: now))
        }
        if output.json {
            return Console.print(
                JSONWriter.document { writer in
                    if action == nil { writer.dollarRating(rating) } else { writer.rating(rating) }
                }
            )
        }
        print(rating, by: catalogs.inForce(at: now))
    }

    private func counts() throws -> [String: Quantity] {
        var counts: [String: Quantity] = [:]
        for text in usage where text.first == "{" {
            guard let members = try? JSONValue.parse(Array(text.utf8)).objectValue?.members else {
                throw ArgumentParser.ValidationError("--usage '\(text)' is not JSON.")
            }
            for member in members {
                guard case .number(let text) = member.value, let count = Quantity(text),
                    counts[member.name] == nil
                else {
                    throw ArgumentParser.ValidationError(
                        "In --usage, each name appears once, with a number, 0 or more; '\(member.name)' does not. "
                            + "Pass what a provider returned to --raw-usage.")
                }
                counts[member.name] = count
            }
        }
        for part in usage.filter({ $0.first != "{" }).flatMap({ $0.split(separator: ",") }) {
            guard let pair = Pair(argument: String(part)), let count = Quantity(pair.value),
                counts[pair.name] == nil
            else {
                throw ArgumentParser.ValidationError(
                    "'\(part)' must be a name and a number, each name once: input_tokens=1200.")
            }
            counts[pair.name] = count
        }
        return counts
    }

    /// The same question as a body of `POST /v1/rate`.
    private func described() throws -> Usage {
        let raw = try rawUsage.map { text in
            let bytes = text == "-" ? try InputFile.bytes(of: text) : Array(text.utf8)
            guard let json = try? JSONValue.parse(bytes) else {
                throw Failure.Problem.usage("--raw-usage is not JSON.")
            }
            return json
        }
        let counts = try counts()
        let body = JSONWriter.document { writer in
            writer.member("action", (action ?? CatalogHistory.actionInDollars).rawValue)
            writer.member("quantity", quantity)
            writer.member("model", called.model)
            writer.member("provider", called.provider)
            writer.member("service_tier", called.serviceTier)
            writer.member("geography", called.geography)
            writer.member("speed", called.speed)
            writer.member("occurred_at", at)
            writer.member("usage") { writer in
                for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
                    writer.name(name)
                    writer.raw(count.description.utf8)
                }
            }
            if let raw {
                writer.name("raw_usage")
                writer.value(raw)
            }
        }
        return try Conversions.usage(ChargeRequest(rate: JSONValue.parse(body)).usage)
    }

    private func print(_ rating: Rating, by catalog: Catalog) {
        var table = Table(
            .text("WHAT"), .number("COUNT"), .number("USD PER MILLION"), .number("USD"), .number("CREDITS"),
            .text("MODEL"))
        for line in rating.lines {
            table.add(
                line.dimension, line.count.description, line.dollarsPerMillion?.description ?? "-",
                line.cost?.description ?? "-", action == nil ? "-" : line.credits, line.model ?? "-")
        }
        Console.print(table.text)
        for item in rating.unpriced {
            let near = UsageHint.nearest(to: item.dimension, in: rating).map { ". Did you mean '\($0)'?" } ?? ""
            Console.print("Not priced: \(item.count) \(item.dimension)\(near)")
        }
        if let cost = rating.cost { Console.print("Cost: $\(cost)") }
        if rating.priced == .unrated {
            let near = called.model.flatMap { Misnamed.nearestModel(to: $0, in: catalog) }
            let hint = near.map { " Did you mean '\($0)'?" } ?? ""
            Console.print("No price is known. The catalog records such usage and prices it later.\(hint)")
        }
        if action != nil {
            let exact = rating.unrounded.map { " (\($0) before rounding)" } ?? ""
            Console.print("Amount: \(rating.amount) \(rating.creditType)\(exact)")
        }
        var sources: [String] = []
        if let priced = rating.priced { sources.append("prices: \(priced.rawValue)") }
        if let date = rating.bookDate { sources.append("price book of \(date)") }
        if rating.priceVersion > 0 { sources.append("catalog version \(rating.priceVersion)") }
        if !sources.isEmpty { Console.print(sources.joined(separator: ", ")) }
    }
}

extension CatalogHistory {
    /// An action that costs exactly what the provider charges.
    fileprivate static let actionInDollars = ActionID(unchecked: "price")

    /// The same model prices in a catalog whose only credit type is dollars.
    fileprivate var inDollars: CatalogHistory {
        let type = CreditTypeID(unchecked: "usd")
        let rate = Rate.modelTokens(markup: .one, minimum: .zero, rounding: .halfEven)
        return CatalogHistory(
            versions.map { version in
                Catalog(
                    version: version.version, effectiveAt: version.effectiveAt,
                    creditTypes: [CreditType(id: type, name: "US dollars", dollarValue: Dollars("1"))],
                    defaultPlan: nil, plans: [],
                    actions: [Action(id: CatalogHistory.actionInDollars, creditType: type, rate: rate)],
                    models: version.models, book: version.book, unknownModel: version.unknownModel
                )
            }
        )
    }
}

extension JSONWriter {
    /// Writes the members of a rating apart from its credits.
    fileprivate mutating func dollarRating(_ rating: Rating) {
        member("cost_usd", rating.cost?.description)
        member("price_version", rating.priceVersion > 0 ? rating.priceVersion : nil)
        member("priced", rating.priced?.rawValue)
        member("price_book_date", rating.bookDate)
        member("lines", array: rating.lines) { writer, line in
            writer.member("class", line.dimension)
            writer.member("count", line.count)
            writer.member("usd_per_million", line.dollarsPerMillion?.description)
            writer.member("cost_usd", line.cost?.description)
            writer.member("model", line.model)
        }
        unpriced(rating)
    }
}
