import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ScripAPI
import ScripCore
import ScripEngine
import ScripJSON

/// `GET /api/credits/history`: every change of the user's credits with where they came from or went to.
package enum CreditHistory {
    /// The lines that change credits, or how many of them are available.
    package static let kinds: Set<EntryKind> = [
        .allowance, .grant, .grantExpired, .grantVoided, .charge, .hold, .capture, .release, .holdExpired, .refund,
        .adjustment, .writeOff,
    ]
    /// How many lines one read takes for an export.
    private static let pageSize = 500

    @Sendable static func list(_ call: Call) async throws -> Answer {
        let id = try call.account()
        var query = EntryQuery(account: id, limit: try call.limit() + 1)
        query.kinds = kinds
        query.creditType = try call.query["credit_type"].map { try Conversions.identifier($0, "credit_type") }
        (query.from, query.to) = try call.period()
        switch call.query["format"] ?? "json" {
        case "json": break
        case "csv": return try await export(query, call)
        default: throw ValidationError([.init(pointer: "format", detail: "must be json or csv")])
        }
        query.before = try call.cursorNumber()
        let (shown, next) = try await call.engine.page(query).shown(query.limit - 1)
        let tag = AccountTag(id)
        return Answer.object { writer in
            writer.member("data", array: shown) { $0.creditChange($1.entry, tag: tag) }
            writer.member("next_cursor", next)
        }
    }

    /// All lines as CSV, newest first, written page by page as fast as the reader takes them.
    private static func export(_ wanted: EntryQuery, _ call: Call) async throws -> Answer {
        var query = wanted
        query.limit = pageSize
        // Whatever keeps the first page from being read is still an error of the request.
        let first = try await call.engine.page(query)
        let (engine, tag, base) = (call.engine, AccountTag(wanted.account), query)
        var answer = Answer(status: .ok, body: [], contentType: "text/csv; charset=utf-8")
        if let name = HTTPField.Name("Content-Disposition") {
            answer.headers[name] = #"attachment; filename="credits.csv""#
        }
        answer.stream = { writer in
            var (page, query) = (first, base)
            try await writer.write(ByteBuffer(string: CreditChangeRow.heading))
            while true {
                var rows = ""
                for line in page.lines { rows += CreditChangeRow.text(line.entry, tag: tag) }
                if !rows.isEmpty { try await writer.write(ByteBuffer(string: rows)) }
                guard let next = page.next else { break }
                query.before = next
                page = try await engine.page(query)
            }
            try await writer.finish(nil)
        }
        return answer
    }
}

extension Entry {
    /// Where credits came from or were taken from, each with how much the line changed it, and how much more of it is
    /// held afterwards.
    var sources: [(name: String, amount: Credits, held: Credits)] {
        if let terms { return [(terms.source.rawValue, amount, .zero)] }
        return draws.map { draw in
            let change = Credits(nanocredits: 0 &- draw.amount.nanocredits)
            switch draw.place {
            case .grant(_, let source): return (source.rawValue, change, draw.held)
            case .debt: return ("debt", change, draw.held)
            case .lapsed: return ("lapsed", change, draw.held)
            case .unlimited: return ("unlimited", change, draw.held)
            }
        }
    }
}

extension JSONWriter {
    /// Writes the members of a change of credits as users see it.
    package mutating func creditChange(_ entry: Entry, tag: AccountTag) {
        member("id", entry.id.text(in: tag))
        member("at", entry.effectiveAt)
        member("recorded_at", entry.recordedAt)
        member("kind", entry.kind.rawValue)
        member("credit_type", entry.creditType?.rawValue)
        member("amount", entry.amount)
        member("available_after", entry.availableAfter)
        member("sources", array: entry.sources) { writer, source in
            writer.member("source", source.name)
            writer.member("amount", source.amount)
            writer.member("held", source.held)
        }
        member("action", entry.usage?.action?.rawValue)
        member("user", entry.usage?.user)
        member("description", entry.usage?.description)
        member("reason", entry.reason)
    }
}

/// A change of credits as a line of CSV (RFC 4180).
package enum CreditChangeRow {
    package static let heading =
        "id,at,recorded_at,kind,credit_type,amount,available_after,sources,action,user,description,reason\r\n"

    package static func text(_ entry: Entry, tag: AccountTag) -> String {
        let cells = [
            entry.id.text(in: tag), entry.effectiveAt.text, entry.recordedAt.text, entry.kind.rawValue,
            entry.creditType?.rawValue ?? "", entry.amount.description, entry.availableAfter.description,
            sources(of: entry),
        ]
        let words = [
            entry.usage?.action?.rawValue, entry.usage?.user, entry.usage?.description, entry.reason,
        ]
        return CSVRow.text(cells + words.map { CSVRow.harmless($0 ?? "") })
    }

    /// The sources of a line in words, such as `monthly -5; purchased -2 held -2`.
    package static func sources(of entry: Entry) -> String {
        entry.sources.map { source in
            let parts = [
                source.amount.isZero && !source.held.isZero ? nil : "\(source.amount)",
                source.held.isZero ? nil : "held \(source.held)",
            ]
            return ([source.name] + parts.compactMap { $0 }).joined(separator: " ")
        }.joined(separator: "; ")
    }
}
