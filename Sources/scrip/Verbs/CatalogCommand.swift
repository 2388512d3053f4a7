import ArgumentParser
import Foundation
import ScripCore
import ScripEngine
import ScripJSON
import ScripServer

/// `scrip catalog`: what is sold, and for how much.
struct CatalogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog", abstract: "Show, apply and compare catalogs: credit types, plans, actions, packs.",
        subcommands: [Show.self, Apply.self, Template.self, Versions.self]
    )

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the catalog in force, as it was written.")
        @Option(help: "An earlier version's number.") var number: Int64?
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine { engine in
                let versions = try await engine.catalogVersions()
                guard let version = versions.last(where: { number == nil || $0.version == number }) else {
                    throw Failure.Problem.refused("There is no such catalog version. See: scrip catalog versions")
                }
                if output.json {
                    return Console.print(
                        JSONWriter.document { writer in
                            writer.catalogVersion(version)
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
            abstract: "Make a document the catalog from now on.",
            discussion: "Old charges keep the version that priced them. Nothing changes when the document is the same."
        )
        @Argument(help: "The document in YAML; - for standard input.") var file: String
        @Flag(help: "Only show what would change.") var dryRun = false
        @OptionGroup var why: ReasonOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let document = try CatalogCommand.read(file)
            try await database.withEngine(mayCreate: true) { engine in
                let applied = try await engine.applyCatalog(
                    document: document, isDryRun: dryRun, origin: .commandLine(reason: why.reason))
                if output.json {
                    return Console.print(JSONWriter.document { $0.appliedCatalog(applied, isDryRun: dryRun) })
                }
                for line in applied.diff.lines { Console.print(line) }
                if applied.isUnchanged {
                    Console.print("Version \(applied.version) says so already; nothing changed.")
                } else {
                    Console.print("Version \(applied.version) \(dryRun ? "would be" : "is") in force.")
                }
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
                let versions = try await engine.catalogVersions()
                if output.json {
                    return Console.print(
                        JSONWriter.document { writer in
                            writer.member("data", array: versions.reversed()) { $0.catalogVersion($1) }
                            writer.member("next_cursor", String?.none)
                        }
                    )
                }
                var table = Table(.number("VERSION"), .text("IN FORCE FROM"), .text("APPLIED BY"))
                for version in versions {
                    table.add(String(version.version), version.effectiveAt.shortText, version.actor ?? "-")
                }
                Console.print(table.text)
            }
        }
    }

    private static func read(_ file: String) throws -> String {
        do {
            let data =
                file == "-"
                ? try FileHandle.standardInput.readToEnd() ?? Data()
                : try Data(contentsOf: URL(fileURLWithPath: file))
            return String(decoding: data, as: UTF8.self)
        } catch {
            throw Failure.Problem.unreachable("The file '\(file)' cannot be read.")
        }
    }
}
