import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripServer

/// `scrip key`: the secrets with which programs call the API.
struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Make, list and revoke API keys.",
        subcommands: [Create.self, List.self, Revoke.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key.", discussion: "The secret is shown only here; Scrip keeps its digest alone.")
        @Option(help: "A name to recognise it by.") var name = "app"
        @Option(help: "What it may do: all, or scopes such as charges:write; may be repeated.")
        var scope: [Scope] = [.all]
        @Option(help: "When it ends by itself.") var expiresAt: Timestamp?
        @OptionGroup var why: ReasonOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine(mayCreate: true) { engine in
                let (key, secret) = try await engine.createKey(
                    name: name, scopes: scope, expiresAt: expiresAt, origin: .commandLine(reason: why.reason))
                if output.json {
                    return Console.print(
                        JSONWriter.document { writer in
                            writer.key(key)
                            writer.member("secret", secret.text)
                        }
                    )
                }
                Console.print("Key \(key.id) (\(name)). The secret is shown only now:\n\(secret.text)")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List keys, oldest first.")
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine { engine in
                let keys = try await engine.apiKeys()
                if output.json {
                    return Console.print(
                        JSONWriter.document { writer in
                            writer.member("data", array: keys) { $0.key($1) }
                            writer.member("next_cursor", String?.none)
                        }
                    )
                }
                var table = Table(
                    .text("KEY"), .text("NAME"), .text("SECRET"), .text("SCOPES"), .text("MADE"), .text("STATE"))
                for key in keys {
                    let state = key.revokedAt.map { "revoked \($0.shortText)" } ?? "open"
                    table.add(
                        key.id, key.name, "\(key.prefix)…\(key.lastFour)", key.scopes.joined(separator: ","),
                        key.createdAt.shortText, state)
                }
                Console.print(table.text)
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a key useless from now on.")
        @Argument(help: "The key's id.") var id: String
        @OptionGroup var why: ReasonOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine { engine in
                guard let key = try await engine.revokeKey(id, origin: .commandLine(reason: why.reason)) else {
                    throw Failure.Problem.refused("There is no key '\(id)'. See: scrip key list")
                }
                if output.json { return Console.print(JSONWriter.document { $0.key(key) }) }
                Console.print("Revoked \(key.id) (\(key.name)).")
            }
        }
    }
}
