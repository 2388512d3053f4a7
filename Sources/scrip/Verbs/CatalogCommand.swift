import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `scrip catalog`: what is sold, and at which prices.
struct CatalogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog", abstract: "Show, apply and compare catalogs: credit types, plans, actions, packs.",
        subcommands: [Show.self, Apply.self, WhatIf.self, Template.self, Versions.self]
    )

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the catalog in force, as it was written.")
        @Option(help: "Another version's number.") var number: Int64?
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine { engine in
                let inForce = try await engine.catalogVersionInForce()
                let asked = if let number { try await engine.catalogVersion(number) } else { inForce }
                guard let version = asked else {
                    throw Failure.Problem.refused("There is no such catalog version. See: scrip catalog versions")
                }
                if output.json {
                    let books = try await engine.priceBooks()
                    return Console.print(
                        JSONWriter.document { writer in
                            writer.catalogVersion(version, books: books)
                            writer.member("document", version.document)
                        }
                    )
                }
                Console.print(version.document)
            }
        }
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a new catalog in force, now or at a future moment.",
            discussion: """
                Old charges keep the version that priced them. If the document is the same, nothing changes.

                To remove something that is in use, name what replaces it:
                  --replace plan:old=free           accounts on 'old' go to 'free'
                  --replace action:old=chat         open holds are captured as 'chat'
                  --replace credit_type:old=coins   balances become 'coins', one for one
                  --replace pack:old=large          top-ups buy 'large' instead
                """
        )
        @Argument(help: "The document in YAML; - for standard input.") var file: String
        @Option(help: "When the catalog takes effect: a future moment. Default: now.") var effectiveAt: Timestamp?
        @Flag(help: "Only show what would change; write nothing.") var dryRun = false
        @Option(help: "What replaces a removed thing, such as plan:legacy=free; may be repeated.")
        var replace: [CatalogReplacement] = []
        @OptionGroup var why: ReasonOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let document = try InputFile.text(of: file)
            try await database.withEngine(mayCreate: true) { engine in
                let applied = try await CatalogApplication.printing(output) {
                    try await engine.applyCatalog(
                        document: document, effectiveAt: effectiveAt, isDryRun: dryRun,
                        replacements: replace, origin: .commandLine(reason: why.reason))
                }
                applied.print(isDryRun: dryRun, isScheduled: effectiveAt != nil, output)
            }
        }
    }

    struct Template: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print a ready catalog to start from.")
        @Argument(help: "sample, usage-tracking, organization-tokens, subscription-credits or dual-credits.")
        var name: CatalogTemplate = .sample

        func run() { Console.print(name.document) }
    }

    struct Versions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the catalog's versions, oldest first.")
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine { engine in
                let page = try await engine.catalogOutlines(limit: .max)
                let versions = page.versions
                DamagedRows.say("version of the catalog", page.damaged)
                let books = try await engine.priceBooks()
                if output.json {
                    return Console.print(
                        JSONWriter.document { writer in
                            writer.member("data", array: versions) { $0.catalogVersion($1, books: books) }
                            writer.member("next_cursor", String?.none)
                        }
                    )
                }
                var table = Table(
                    .number("VERSION"), .text("IN FORCE FROM"), .text("APPLIED BY"), .text("PRICE BOOK"))
                for version in versions.reversed() {
                    let book = version.book.map { "\(books[$0]?.date ?? "") \($0.description.prefix(12))" }
                    table.add(
                        String(version.version), version.effectiveAt.shortText, version.actor ?? "-", book ?? "-")
                }
                Console.print(table.text)
            }
        }
    }
}
