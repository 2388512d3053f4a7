import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `GET /api/credits/history`: every change of the user's credits with where they came from or went to.
enum CreditHistory {
    /// How many lines one read takes for an export.
    private static let pageSize = 500

    @Sendable static func list(_ call: Call) async throws -> Answer {
        let id = try call.account()
        var query = EntryQuery(account: id, limit: try call.limit() + 1)
        query.kinds = CreditChanges.kinds
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
