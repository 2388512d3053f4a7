import Foundation
import ScripCore
import ScripWire

/// A usage log: one row is one thing that happened.
struct UsageLog {
    /// One row, ready for the ledger.
    struct Row {
        var number: Int
        var account: AccountID
        var usage: Usage

        /// The same row at the same place always makes the same command, whatever the file's name is.
        var command: Command {
            let counts = usage.counts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            let time = usage.occurredAt?.text ?? ""
            let models = [usage.provider, usage.model].compactMap { $0 }
            let content = ([usage.action?.rawValue ?? "", time] + counts + models).joined(separator: "\u{1F}")
            let digest = Digest(of: Array(content.utf8))
            let key = IdempotencyKey(unchecked: "replay-\(number)-\(digest.description.prefix(16))", owner: .system)
            let origin = Origin(actor: "replay", idempotencyKey: key, requestDigest: digest)
            return Command(account: account, intent: .track(usage), origin: origin)
        }
    }

    private var reader: CSVReader
    private let columns: [(name: String, place: Int)]
    private let action: ActionID?
    private let provider: String?
    private let model: String?
    private let accounts: [AccountID]
    private var rowNumber = 0

    /// A log whose column names are in `names`. If no column names the account, rows go to `accounts` in turn.
    /// An action, provider or model given here applies to all rows.
    init(
        handle: FileHandle, names: [String: String], action: ActionID?, provider: String? = nil, model: String? = nil,
        accounts: [AccountID]
    ) throws {
        reader = CSVReader(handle: handle)
        guard let titles = try reader.next() else { throw Failure.Problem.refused("The file is empty.") }
        var titled = titles
        if titled[0].unicodeScalars.first == "\u{FEFF}" { titled[0].unicodeScalars.removeFirst() }
        for (name, title) in names where !titled.contains(title) {
            throw Failure.Problem.usage(
                "--map \(name)=\(title): the file has no column '\(title)'; it has \(titled.joined(separator: ", ")).")
        }
        let placed = names.compactMap { name, title in titled.firstIndex(of: title).map { (name: name, place: $0) } }
        let direct = titled.enumerated().compactMap { place, title in
            names[title] == nil && !names.values.contains(title) && UsageLog.isKnown(title)
                ? (name: title, place: place) : nil
        }
        columns = placed + direct
        self.action = action
        self.provider = provider
        self.model = model
        self.accounts = accounts
        if action == nil && !columns.contains(where: { $0.name == "action" }) {
            throw Failure.Problem.usage("No column names the action; give --action.")
        }
        if accounts.isEmpty && !columns.contains(where: { $0.name == "account" }) {
            throw Failure.Problem.usage("No column names the account; give --account or --accounts.")
        }
    }

    /// The next row; `nil` at the end.
    mutating func next() throws -> Row? {
        guard let fields = try reader.next() else { return nil }
        rowNumber += 1
        var usage = Usage(action: action)
        (usage.provider, usage.model) = (provider, model)
        var account = accounts.isEmpty ? nil : accounts[(rowNumber - 1) % accounts.count]
        for (name, place) in columns {
            guard place < fields.count else { throw problem("has only \(fields.count) fields") }
            let text = fields[place]
            switch name {
            case "time":
                guard let time = Timestamp(reading: text) else { throw problem("has no readable time: '\(text)'") }
                usage.occurredAt = time
            case "account":
                if !accounts.isEmpty { continue }
                account = AccountID(text)
            case "action":
                if action == nil { usage.action = ActionID(text) }
            case "user": usage.user = text.isEmpty ? nil : text
            case "provider":
                if provider == nil { usage.provider = text.isEmpty ? nil : text }
            case "model":
                if model == nil { usage.model = text.isEmpty ? nil : text }
            default:
                if text.isEmpty { continue }
                guard let count = Quantity(text) else { throw problem("does not count \(name): '\(text)'") }
                usage.counts[name] = count
            }
        }
        guard let account else { throw problem("names no account") }
        if usage.action == nil { throw problem("names no action") }
        return Row(number: rowNumber, account: account, usage: usage)
    }

    private func problem(_ what: String) -> Failure.Problem {
        Failure.Problem.refused("Row \(rowNumber) \(what). The rows before it were recorded.")
    }

    private static func isKnown(_ title: String) -> Bool {
        ["time", "account", "action", "user", "provider", "model"].contains(title) || title.hasSuffix("_tokens")
    }
}
