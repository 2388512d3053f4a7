import Foundation
import ScripEngine
import ScripPostgres

/// The secrets that this process was given, so that they can be kept out of everything it prints.
enum KnownSecrets {
    /// Variables with secrets that Scrip does not read, but that may be set where it runs.
    private static let others = ["PGPASSWORD", "SCRIP_KEY"]

    /// All of them: from the environment, from the files that it names, and from database addresses there and among the
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
        // These words are no secrets, and appear everywhere.
        return found.filter { !["scrip", "postgres", "postgresql", "localhost"].contains($0) }
    }()

    /// Arguments that may be addresses, including those after an option's "=" and those that a verb does not take.
    static func addresses(in arguments: [String]) -> [String] {
        arguments.dropFirst().flatMap { argument in
            let value = argument.hasPrefix("--") ? argument.split(separator: "=", maxSplits: 1).dropFirst().first : nil
            return [argument] + (value.map { [String($0)] } ?? [])
        }.filter { $0.contains("://") || $0.contains(/^[^\/]*:.*@.+\//) || DatabaseAddress.isPostgres($0) }
    }

    /// A text without secrets.
    static func scrubbed(_ text: String) -> String { SecretText.scrubbed(text, known: all) }
}
