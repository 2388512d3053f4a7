import ArgumentParser
import Foundation
import ScripCore
import ScripJSON
import ScripPrices
import ScripServer

/// `scrip prices`: what models cost.
struct PricesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prices", abstract: "Show and compare price books: what providers ask for their models.",
        subcommands: [Show.self, Diff.self]
    )

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print what a model costs.",
            discussion: "Any spelling of its name will do, dated names and those with a provider's prefix included."
        )
        @Argument(help: "The model, for example claude-sonnet-4-5 or openai/gpt-5.") var model: String
        @Option(help: "Who runs it, for example bedrock.") var provider: String?
        @Option(help: "A price book in JSON instead of the one that comes with Scrip.") var book: String?
        @OptionGroup var output: OutputOptions

        func run() throws {
            let book = try self.book.map { try PricesCommand.read($0) } ?? ShippedPriceBook.book()
            let now = Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
            guard let price = book.price(provider: provider, model: model, at: now)?.price else {
                throw Failure.Problem.refused("No price is known for the model '\(model)'.")
            }
            if output.json {
                return Console.print(JSONWriter.document { $0.priceMembers(price, of: book) })
            }
            Console.print(price.name + (price.aliases.isEmpty ? "" : ", also \(price.aliases.joined(separator: ", "))"))
            var table = Table(.text("WHAT"), .number("PRICE"), .text("UNIT"))
            for fact in price.facts { table.add(fact.name, fact.value, fact.unit) }
            Console.print(table.text)
            Console.print("Source: \(book.source), \(book.date).")
        }
    }

    struct Diff: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print what another price book would change.",
            discussion: "Exit code 1 when there are differences."
        )
        @Argument(help: "The other price book in JSON; - for standard input.") var file: String
        @Option(help: "Compare with this price book instead of the one that comes with Scrip.") var book: String?
        @OptionGroup var output: OutputOptions

        func run() throws {
            let old = try book.map { try PricesCommand.read($0) } ?? ShippedPriceBook.book()
            let diff = PriceBookDiff(from: old, to: try PricesCommand.read(file))
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
                if diff.isEmpty { Console.print("The books price everything alike.") }
            }
            if !diff.isEmpty { throw ExitCode(Failure.refused) }
        }
    }

    /// Reads a price book from a file or standard input.
    private static func read(_ file: String) throws -> PriceBook {
        let handle = file == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: file)
        guard let data = try? handle?.read(upToCount: mostBytes + 1) else {
            throw Failure.Problem.unreachable("The file '\(file)' cannot be read.")
        }
        if data.count > mostBytes { throw Failure.Problem.refused("'\(file)' is larger than \(mostBytes) bytes.") }
        do {
            return try PriceBook(json: JSONValue.parse([UInt8](data)))
        } catch let problem as PriceBookProblem {
            throw Failure.Problem.refused("The price book is refused: \(problem)")
        } catch {
            throw Failure.Problem.refused("The price book is not JSON: \(error)")
        }
    }

    /// The largest price book that is read.
    private static let mostBytes = 64 * 1024 * 1024
}

extension JSONWriter {
    fileprivate mutating func priceMembers(_ price: ModelPrice, of book: PriceBook) {
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
        member("source", book.source)
        member("date", book.date)
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
