import ScripCore
import ScripEngine
import ScripJSON

/// The audit log in formats that other programs read.
package enum AuditExport {
    /// A format.
    package enum Format: String, CaseIterable, Sendable {
        /// Comma-separated values (RFC 4180).
        case csv
        /// One JSON object a line.
        case ndjson

        /// What it is called on the web.
        package var mediaType: String {
            switch self {
            case .csv: "text/csv; charset=utf-8"
            case .ndjson: "application/x-ndjson"
            }
        }
    }

    /// The bytes of some records.
    /// - Parameter withTitles: whether the first line of CSV names the columns.
    package static func write(_ lines: [SealedAuditRecord], as format: Format, withTitles: Bool = true) -> [UInt8] {
        switch format {
        case .csv:
            let titles = withTitles ? [columns] : []
            return (titles + lines.map(cells)).flatMap { CSVRow.text($0).utf8 }
        case .ndjson: return lines.flatMap { line in JSONWriter.document { $0.audit(line) } + [0x0A] }
        }
    }

    private static let columns = [
        "id", "recorded_at", "account", "action", "subject", "actor_kind", "actor", "impersonator", "reason", "address",
        "user_agent", "request_id", "idempotency_key", "entry", "before", "after", "hash",
    ]

    private static func cells(_ line: SealedAuditRecord) -> [String] {
        let (record, change, caller) = (line.record, line.record.change, line.record.caller)
        return [
            record.id, record.recordedAt.text, change.account?.rawValue, change.action.rawValue, change.subject,
            caller.kind.rawValue, record.actorID, caller.impersonator, change.reason, caller.address, caller.userAgent,
            caller.requestID, record.idempotencyKey, record.entryID, json(change.before), json(change.after),
            line.digest.description,
        ].map { CSVRow.harmless($0 ?? "") }
    }

    private static func json(_ value: JSONValue?) -> String? {
        guard let value else { return nil }
        var writer = JSONWriter()
        writer.value(value)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension AuditRecord {
    /// The id of the line of the journal that carries it out.
    package var entryID: String? {
        guard let account = change.account else { return nil }
        return change.entry.map { EntryID(seq: $0).text(in: AccountTag(account)) }
    }

    /// Its place among the records of all chains.
    package var place: AuditQuery.Place { AuditQuery.Place(recordedAt: recordedAt, chain: chain, seq: seq) }
}

extension JSONWriter {
    /// Writes the members of an audit record.
    package mutating func audit(_ line: SealedAuditRecord) {
        let (record, change, caller) = (line.record, line.record.change, line.record.caller)
        member("id", record.id)
        member("seq", record.seq)
        member("recorded_at", record.recordedAt)
        member("account", change.account?.rawValue)
        member("action", change.action.rawValue)
        member("subject", change.subject)
        member("actor") { writer in
            writer.member("kind", caller.kind.rawValue)
            writer.member("id", record.actorID)
            writer.member("impersonator", caller.impersonator)
        }
        member("reason", change.reason)
        member("address", caller.address)
        member("user_agent", caller.userAgent)
        member("request_id", caller.requestID)
        member("idempotency_key", record.idempotencyKey)
        member("entry", record.entryID)
        name("before")
        value(change.before ?? .null)
        name("after")
        value(change.after ?? .null)
        member("hash", line.digest.description)
    }
}
