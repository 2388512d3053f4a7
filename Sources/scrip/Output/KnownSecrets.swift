import Foundation
import ScripEngine
import ScripPostgres

/// The secrets that this process was given, so that nothing it says holds one of them.
enum KnownSecrets {
    private static let variables = [
        "PGPASSWORD", "SCRIP_STRIPE_SECRET_KEY", "SCRIP_STRIPE_WEBHOOK_SECRETS", "SCRIP_POLAR_ACCESS_TOKEN",
        "SCRIP_POLAR_WEBHOOK_SECRETS", "SCRIP_SUPABASE_SECRET",
        "SCRIP_MASTER_KEY", "SCRIP_KEY",
    ]

    /// All of them: from the environment, and from addresses of databases there and among the arguments.
    static let all: [String] = {
        let environment = ProcessInfo.processInfo.environment
        var found: [String] = []
        for name in variables {
            guard let value = environment[name], !value.isEmpty else { continue }
            found.append(value)
            found += value.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let names =
            ["SCRIP_DATABASE", "DATABASE_URL"].compactMap { environment[$0] } + addresses(in: CommandLine.arguments)
        for name in names { found += DatabaseAddress.secrets(in: name).filter { $0.utf8.count >= 6 } }
        // Such a word is in every other line, and everybody knows it.
        return found.filter { !["scrip", "postgres", "postgresql", "localhost"].contains($0) }
    }()

    /// What may be an address among arguments, also behind an option's "=", or where a verb takes none.
    static func addresses(in arguments: [String]) -> [String] {
        arguments.dropFirst().flatMap { argument in
            let value = argument.hasPrefix("--") ? argument.split(separator: "=", maxSplits: 1).dropFirst().first : nil
            return [argument] + (value.map { [String($0)] } ?? [])
        }.filter { $0.contains("://") || $0.contains(/^[^\/]*:.*@.+\//) || DatabaseAddress.isPostgres($0) }
    }

    /// A text without secrets.
    static func scrubbed(_ text: String) -> String { SecretText.scrubbed(text, known: all) }
}
