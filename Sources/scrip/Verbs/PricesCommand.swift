import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripPrices
import ScripWire

/// `scrip prices`: what models cost.
struct PricesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prices", abstract: "Show, compare and import price books: what providers charge for models.",
        subcommands: [Show.self, Diff.self, Import.self]
    )

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print what a model costs.",
            discussion: """
                Uses the catalog in force, its own prices first. Without a database, it uses the price book shipped with
                Scrip. Any spelling of the name works, including dated names and names with a provider's prefix.
                """
        )
        @Argument(help: "The model, for example claude-sonnet-4-5 or openai/gpt-5.") var model: String
        @Option(help: "The provider that runs the model, for example bedrock.") var provider: String?
        @Option(help: "A price book in JSON to use instead of the catalog's.") var book: String?
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let catalog = try await PriceSource.catalog(book: book, database: database)
            guard let found = catalog.price(provider: provider, model: model, at: SystemClock().now()) else {
                let hint =
                    catalog.book.isEmpty
                    ? "\n  The catalog has no price book yet. To import the one shipped with Scrip: "
                        + "scrip prices import --shipped" : ""
                let near = Misnamed.nearestModel(to: model, in: catalog).map { " Did you mean '\($0)'?" } ?? ""
                throw Failure.Problem.refused("No price is known for the model '\(model)'.\(near)\(hint)")
            }
            let price = found.match.price
            if output.json {
                return Console.print(
                    JSONWriter.document { $0.priceMembers(price, priced: found.priced, of: catalog) })
            }
            Console.print(price.name + (price.aliases.isEmpty ? "" : ", also \(price.aliases.joined(separator: ", "))"))
            var table = Table(.text("WHAT"), .number("PRICE"), .text("UNIT"))
            for fact in price.facts { table.add(fact.name, fact.value, fact.unit) }
            Console.print(table.text)
            let source =
                found.priced == .own ? "the catalog's own price" : "\(catalog.book.source), \(catalog.book.date)"
            Console.print("Source: \(source)\(catalog.version > 0 ? "; catalog version \(catalog.version)" : "").")
        }
    }

    struct Diff: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print what a different price book would change.",
            discussion: """
                Compares the price book in force (without a database, the one shipped with Scrip) with a file, or with
                the one shipped with Scrip. The exit code is 1 if there are differences.
                """
        )
        @Argument(help: "The other price book in JSON; - for standard input. Default: the one shipped with Scrip.")
        var file: String?
        @Option(help: "Compare with this price book instead of the one in force.") var book: String?
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let old = try await PriceSource.catalog(book: book, database: database).book
            let new = try file.map { try PriceSource.book(in: $0) } ?? ShippedPriceBook.book()
            let diff = PriceBookDiff(from: old, to: new)
            if output.json {
                Console.print(JSONWriter.document { $0.diffMembers(diff) })
            } else {
                for model in diff.removed { Console.print("- \(model)") }
                for model in diff.added { Console.print("+ \(model)") }
                for change in diff.changed {
                    for fact in change.facts {
                        Console.print("~ \(change.model): \(fact.name) \(fact.old ?? "none") -> \(fact.new ?? "none")")
                    }
                }
                if diff.isEmpty { Console.print("Both books have the same prices.") }
            }
            if !diff.isEmpty { throw ExitCode(Failure.refused) }
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a price book in force, now or at a future moment.",
            discussion: """
                Makes a new catalog version with the same document. Old charges keep the version that priced them,
                and prices in the catalog itself win over the book. If the book is the same, nothing changes.
                """
        )
        @Argument(help: "The price book in JSON; - for standard input.") var file: String?
        @Flag(help: "Import the price book shipped with this version of Scrip.") var shipped = false
        @Option(help: "When the book takes effect: a future moment. Default: now.") var effectiveAt: Timestamp?
        @Flag(help: "Only show what would change.") var dryRun = false
        @OptionGroup var why: ReasonOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        mutating func validate() throws {
            if shipped == (file != nil) { throw ValidationError("Give either a FILE or --shipped.") }
        }

        func run() async throws {
            let bytes = try file.map { try PriceSource.document(in: $0) } ?? ShippedPriceBook.bytes
            let document = try PriceBookDocument(bytes)
            try await database.withEngine { engine in
                let applied = try await engine.importPrices(
                    document, effectiveAt: effectiveAt, isDryRun: dryRun, origin: .commandLine(reason: why.reason))
                applied.print(isDryRun: dryRun, isScheduled: effectiveAt != nil, output)
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func priceMembers(_ price: ModelPrice, priced: Rating.Priced, of catalog: Catalog) {
        member("provider", price.provider)
        member("model", price.id)
        name("aliases")
        array { writer in
            for alias in price.aliases { writer.string(alias) }
        }
        name("prices")
        array { writer in
            for fact in price.facts {
                writer.object { writer in
                    writer.member("what", fact.name)
                    writer.member("price", fact.value)
                    writer.member("unit", fact.unit)
                }
            }
        }
        let book = priced == .own ? catalog.models : catalog.book
        member("priced", priced.rawValue)
        member("source", book.source)
        member("date", book.date.isEmpty ? nil : book.date)
        member("price_version", catalog.version > 0 ? catalog.version : nil)
    }

    fileprivate mutating func diffMembers(_ diff: PriceBookDiff) {
        for (title, models) in [("added", diff.added), ("removed", diff.removed)] {
            name(title)
            array { writer in
                for model in models { writer.string(model) }
            }
        }
        name("changed")
        array { writer in
            for change in diff.changed {
                for fact in change.facts {
                    writer.object { writer in
                        writer.member("model", change.model)
                        writer.member("what", fact.name)
                        writer.member("old", fact.old)
                        writer.member("new", fact.new)
                    }
                }
            }
        }
    }
}
