import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `scrip key`: the secrets that programs use to call the API.
struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Make, list, rotate and revoke API keys, and manage signing keys.",
        subcommands: [Create.self, List.self, Rotate.self, Revoke.self, SigningKeyCommand.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key.", discussion: "The secret is shown only once. Scrip keeps only its digest.")
        @Option(help: "A name that helps you recognise the key.") var name = "app"
        @Option(help: "What the key may do: all, or scopes such as charges:write; may be repeated.")
        var scope: [Scope] = []
        @Option(help: "secret, restricted or publishable. With --scope, restricted is the default.") var kind: KeyKind?
        @Option(help: "live or test.") var mode: KeyMode = .live
        @Option(help: "An origin whose pages may use a publishable key; may be repeated.") var origin: [String] = []
        @Option(help: "When the key expires.") var expiresAt: Timestamp?
        @OptionGroup var why: ReasonOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        /// The kind to make. `--scope all` means the same as no scope.
        private var meant: KeyKind { kind ?? (scope.isEmpty || scope.contains(.all) ? .secret : .restricted) }

        mutating func validate() throws {
            if meant != .publishable && !origin.isEmpty {
                throw ValidationError("--origin is only for publishable keys.")
            }
            if meant == .publishable && !scope.isEmpty { throw ValidationError("A publishable key has no scopes.") }
            if meant == .restricted && scope.isEmpty { throw ValidationError("A restricted key needs --scope.") }
            if let wrong = origin.first(where: { !KeyRequest.isOrigin($0) }) {
                throw ValidationError("'\(wrong)' is not an origin such as https://app.example.com.")
            }
        }

        func run() async throws {
            let scopes = scope.isEmpty ? [Scope.all] : scope
            try await database.withEngine(mayCreate: true) { engine in
                let (key, secret) = try await engine.createKey(
                    name: name, scopes: scopes, expiresAt: expiresAt, kind: meant, mode: mode, origins: origin,
                    origin: .commandLine(reason: why.reason))
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
                let (keys, damaged) = try await engine.apiKeyList()
                DamagedRows.say("API key", damaged)
                if output.json {
                    return Console.print(
                        JSONWriter.document { writer in
                            writer.member("data", array: keys) { $0.key($1) }
                            writer.member("next_cursor", String?.none)
                        }
                    )
                }
                var table = Table(
                    .text("KEY"), .text("NAME"), .text("SECRET"), .text("SCOPES"), .text("MADE"), .text("USED"),
                    .text("STATE"))
                for key in keys {
                    let state = key.revokedAt.map { "revoked \($0.shortText)" } ?? "open"
                    table.add(
                        key.id, key.name, "\(key.prefix)…\(key.lastFour)", key.scopes.joined(separator: ","),
                        key.createdAt.shortText, key.lastUsedAt?.shortText ?? "never", state)
                }
                Console.print(table.text)
            }
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a new key that replaces another. For a while both work.")
        @Argument(help: "The key's id.") var id: String
        @Option(help: "How many hours the old key keeps working.") var overlapHours: Int64 = 24
        @OptionGroup var why: ReasonOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        mutating func validate() throws {
            if !(0...720).contains(overlapHours) { throw ValidationError("--overlap-hours must be from 0 to 720.") }
        }

        func run() async throws {
            try await database.withEngine { engine in
                guard
                    let made = try await engine.rotateKey(
                        id, overlapSeconds: overlapHours * 3_600, origin: .commandLine(reason: why.reason))
                else {
                    throw Failure.Problem.refused("There is no open key '\(id)'. See: scrip key list")
                }
                if output.json {
                    return Console.print(
                        JSONWriter.document { writer in
                            writer.key(made.key)
                            writer.member("secret", made.secret.text)
                            writer.member("previous") { $0.key(made.previous) }
                        }
                    )
                }
                let end = made.previous.expiresAt?.shortText ?? "never"
                Console.print(
                    """
                    Key \(made.key.id) (\(made.key.name)) replaces \(id), which works until \(end).
                    The secret is shown only now:
                    \(made.secret.text)
                    """)
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Revoke a key; it stops working now.")
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
                if try await engine.isWithoutManager(mode: key.mode) {
                    Console.say("No remaining key can manage keys over the API; to make one: scrip key create")
                }
            }
        }
    }
}
