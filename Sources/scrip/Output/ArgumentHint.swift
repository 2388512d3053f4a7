import ArgumentParser
import Foundation
import ScripCore
import ScripEngine
import ScripJSON

/// Suggests what an unknown verb or option probably meant, and states the rule that a refused value breaks.
enum ArgumentHint {
    /// One verb as the help describes it.
    private struct Verb {
        var verbs: [String: JSONValue] = [:]
        var options: Set<String> = []
        /// Whether its arguments may follow without a verb.
        var hasDefault = false

        init(_ json: JSONValue) {
            hasDefault = json["defaultSubcommand"]?.stringValue != nil
            for verb in json["subcommands"]?.arrayValue ?? [] {
                if let name = verb["commandName"]?.stringValue { verbs[name] = verb }
            }
            for argument in json["arguments"]?.arrayValue ?? [] {
                for name in argument["names"]?.arrayValue ?? [] where name["kind"]?.stringValue == "long" {
                    if let name = name["name"]?.stringValue { options.insert(name) }
                }
            }
        }
    }

    /// A sentence about the first unknown verb or option; `nil` if all are known.
    static func sentence(for arguments: [String]) -> String? {
        guard let tree = try? JSONValue.parse(Array(ScripCommand._dumpHelp().utf8), depth: 64)["command"] else {
            return nil
        }
        var verb = Verb(tree)
        var path = "scrip"
        var isInVerbs = true
        for argument in arguments.prefix(while: { $0 != "--" }) {
            if argument.hasPrefix("--") {
                isInVerbs = false
                let name = String(argument.dropFirst(2).prefix { $0 != "=" })
                if verb.verbs.isEmpty, !verb.options.contains(name), !name.isEmpty {
                    return unknown("option", "--\(name)", like: verb.options.map { "--\($0)" })
                }
            } else if isInVerbs, !verb.verbs.isEmpty, !argument.hasPrefix("-") {
                guard let next = verb.verbs[argument] else {
                    if let sentence = unknown("verb", argument, like: Array(verb.verbs.keys)) { return sentence }
                    if verb.hasDefault { return nil }
                    let names = verb.verbs.keys.sorted().joined(separator: ", ")
                    return "There is no verb '\(argument)' of '\(path)'; there are \(names)."
                }
                path += " " + argument
                verb = Verb(next)
            }
        }
        return nil
    }

    /// Says that a name is unknown, and which known name is similar.
    private static func unknown(_ kind: String, _ name: String, like names: [String]) -> String? {
        // Arguments of a default verb may follow at once, so only a similar name counts as a misspelling.
        guard let near = Spelling.nearest(to: name, among: names) else {
            return kind == "option" ? "There is no option '\(name)'." : nil
        }
        return "There is no \(kind) '\(name)'; did you mean '\(near)'?"
    }

    /// The rules of values, by the names that the help gives them.
    static let rules: [(names: [String], rule: String)] = [
        (
            [
                "at", "from", "anchor", "ends-at", "expires-at", "effective-at", "occurred-at", "before", "until",
                "trial-ends-at",
            ],
            "It is a time such as 2026-03-01T10:00:00Z, or a day such as 2026-03-01."
        ),
        (["to"], "It is a time such as 2026-03-01T10:00:00Z, or a day such as 2026-03-01, which is in the range."),
        (
            ["amount", "threshold", "minimum"],
            "It is a number such as 10 or 0.5, with at most 9 digits after the point and up to 1000000000."
        ),
        (["cost-usd"], "It is dollars such as 0.25, with at most 18 digits after the point."),
        (["id", "account", "after"], "It is a name of 1 to 255 bytes without control characters."),
        (
            ["plan", "fallback-plan", "credit-type", "action"],
            "It is a name as the catalog has it: 1 to 128 letters, digits, '_', '-', '.', ':' or '/'."
        ),
        (["idempotency-key"], "It is a name of 1 to 255 bytes."),
        (["timezone"], "It is a name of the time zone database, such as Europe/Vienna."),
        (["usage", "map", "header", "replace", "resource"], "It is a name and a value, such as input_tokens=1200."),
        (
            ["group-by"],
            "It is a list such as month,action: one of hour, day, week, month, and action, credit_type, user, model, "
                + "provider and resource_type."
        ),
        (["quantity"], "It is a number from 0 up, such as 3 or 0.5; seats are whole numbers."),
        (wholeNumbers, "It is a whole number."),
    ]

    /// The options that take whole numbers.
    private static let wholeNumbers = [
        "seconds", "expires-in-seconds", "number", "monthly-cap", "limit", "days", "overlap-hours", "minor-units",
        "cursor", "limit-per-address", "limit-per-key", "limit-per-user", "port", "insufficient-credits-status",
        "priority", "accounts-round-robin", "grace-days", "max-connections", "max-connections-per-address", "lanes",
    ]

    /// The rule that the value refused in a parser message breaks; `nil` if the message states it, or refuses no value.
    static func rule(for message: String) -> String? {
        guard message.contains("is invalid for"), !message.contains("Please provide"),
            let opening = message.range(of: "<", options: .backwards),
            let closing = message[opening.upperBound...].firstIndex(of: ">")
        else { return nil }
        let name = String(message[opening.upperBound..<closing])
        let rule = rules.first { $0.names.contains(name) }?.rule
        guard name == "group-by", let value = refusedValue(in: message) else { return rule }
        let words = UsageGrouping.Dimension.allCases.map(\.rawValue)
        for word in value.split(separator: ",").map(String.init) where !words.contains(word) {
            if let near = Spelling.nearest(to: word, among: words) {
                return rule.map { "\($0) Did you mean '\(near)'?" }
            }
        }
        return rule
    }

    /// The parser's message. If it lists choices, the one that was probably meant is added.
    static func withNearChoice(_ message: String) -> String {
        guard let value = refusedValue(in: message), let listing = message.range(of: " Please provide") else {
            return message
        }
        let rest = message[listing.upperBound...]
        let lines = rest.split(separator: "\n").filter { $0.hasPrefix("  - ") }.map { String($0.dropFirst(4)) }
        let quoted = rest.prefix { $0 != "\n" }.split(separator: "'", omittingEmptySubsequences: false).enumerated()
            .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
        guard let near = Spelling.nearest(to: value, among: lines + quoted) else { return message }
        return message.replacingCharacters(in: listing, with: " Did you mean '\(near)'? Please provide")
    }

    /// The value that a message of the parser refuses.
    private static func refusedValue(in message: String) -> String? {
        guard let opening = message.range(of: "The value '"),
            let closing = message.range(of: "' is invalid for", range: opening.upperBound..<message.endIndex)
        else { return nil }
        return String(message[opening.upperBound..<closing.lowerBound])
    }
}
