import Foundation
import ScripEngine
import ScripPostgres

/// The secrets that this process was given, so that nothing it says holds one of them.
enum KnownSecrets {
    /// Variables that Scrip reads no secret from, but whoever starts it may have set.
    private static let others = ["PGPASSWORD", "SCRIP_KEY"]

    /// All of them: from the environment and the files that it names, and from addresses of databases there and among the
    /// arguments.
    static let all: [String] = {
        let environment = ProcessInfo.processInfo.environment
        var found = others.compactMap { environment[$0] }.filter { !$0.isEmpty }.flatMap { StatedSecret.parts(of: $0) }
        var places = addresses(in: CommandLine.arguments)
        for secret in StatedSecret.allCases {
            let texts = [environment[secret.rawValue], SecretFile.quietText(environment[secret.fileVariable])]
            for text in texts.compactMap({ $0 }) where !text.isEmpty {
                if secret.isAddress { places.append(text) } else { found += StatedSecret.parts(of: text) }
            }
        }
        for address in places { found += DatabaseAddress.secrets(in: address).filter { $0.utf8.count >= 6 } }
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
