import ArgumentParser
import ScripEngine
import ScripJSON
import ScripWire

/// `scrip key signing`: the secrets that sign session tokens.
struct SigningKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signing",
        abstract: "List, rotate, retire and encrypt the keys that sign session tokens.",
        discussion: """
            A key signs for 30 days. Then a new one takes over by itself. The old one is removed when its last token has
            expired, a day later. Secrets are never shown.
            """,
        subcommands: [List.self, Rotate.self, Retire.self, Seal.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List signing keys, oldest first.")
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine { engine in
                let (keys, damaged) = try await engine.signingKeyList()
                DamagedRows.say("signing key", damaged)
                if output.json {
                    return Console.print(
                        JSONWriter.document { writer in
                            writer.member("data", array: keys) { $0.signingKeyMembers($1) }
                            writer.member("next_cursor", String?.none)
                        })
                }
                var table = Table(.text("KEY"), .text("MADE"), .text("ENDS"), .text("ENCRYPTED WITH"))
                for key in keys {
                    table.add(
                        key.id, key.createdAt.shortText, key.endsAt?.shortText ?? "signs", key.masterKey ?? "nothing")
                }
                Console.print(table.text)
            }
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a new key at once. Tokens of the old key stay valid until they expire.")
        @OptionGroup var why: ReasonOptions
        @OptionGroup var masterKey: MasterKeyOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine(masterKeys: try masterKey.masterKeys()) { engine in
                let key = try await engine.rotateSigningKey(origin: .commandLine(reason: why.reason))
                if output.json { return Console.print(JSONWriter.document { $0.member("id", key.id) }) }
                Console.print("Signing key \(key.id) takes over. Running servers follow within a minute.")
            }
        }
    }

    struct Retire: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a key. Within a minute, every token that it signed is refused.")
        @Argument(help: "The key's id.") var id: String
        @OptionGroup var why: ReasonOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await database.withEngine { engine in
                let retired = try await engine.retireSigningKey(id, origin: .commandLine(reason: why.reason))
                guard let retired else {
                    throw Failure.Problem.refused("There is no signing key '\(id)'. See: scrip key signing list")
                }
                if output.json { return Console.print(JSONWriter.document { $0.signingKeyMembers(retired) }) }
                Console.print("Signing key \(id) is removed. Tokens that it signed are refused within a minute.")
            }
        }
    }

    struct Seal: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Encrypt all keys again with the first master key.")
        @OptionGroup var why: ReasonOptions
        @OptionGroup var masterKey: MasterKeyOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let masterKeys = try masterKey.masterKeys()
            try await database.withEngine(masterKeys: masterKeys) { engine in
                let count = try await engine.sealSigningKeys(origin: .commandLine(reason: why.reason))
                if output.json {
                    return Console.print(
                        JSONWriter.document { writer in
                            writer.member("sealed", count)
                            writer.member("master_key", masterKeys.currentID)
                        })
                }
                Console.print("\(count) signing keys were encrypted with \(masterKeys.currentID ?? "").")
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func signingKeyMembers(_ key: StoredSigningKey) {
        member("id", key.id)
        member("created_at", key.createdAt)
        member("ends_at", key.endsAt)
        member("master_key", key.masterKey)
    }
}
