import HTTPTypes
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// Lists the changes by people and keys, and exports them in other formats.
enum AuditLog {
    /// How many records one page has at most, as JSON and as an export.
    private static let (maxListed, maxExported) = (500, 10_000)

    @Sendable static func list(_ call: Call) async throws -> Answer {
        let format = try format(call)
        let limit = try call.limit(most: format == nil ? maxListed : maxExported)
        let (lines, damaged) = try await call.engine.auditPage(try query(call, limit: limit + 1))
        let shown = Array(lines.prefix(limit))
        let next = lines.count > limit ? shown.last.map { Cursor.make(AuditPage.text(of: $0.record.place)) } : nil
        guard let format else {
            return Answer.object { writer in
                writer.member("data", array: shown) { $0.audit($1) }
                writer.member("next_cursor", next)
                writer.damaged(damaged)
            }
        }
        var answer = Answer(
            status: .ok, body: AuditExport.write(shown, as: format, withTitles: call.query["cursor"] == nil),
            contentType: format.mediaType)
        if let next, let name = HTTPField.Name("Next-Cursor") { answer.headers[name] = next }
        return answer
    }

    private static func format(_ call: Call) throws -> AuditExport.Format? {
        switch call.query["format"] {
        case nil, "json": return nil
        case let word?:
            guard let format = AuditExport.Format(rawValue: word) else {
                let words = ["json"] + AuditExport.Format.allCases.map(\.rawValue)
                throw ValidationError([
                    .init(pointer: "format", detail: "must be one of \(words.joined(separator: ", "))")
                ])
            }
            return format
        }
    }

    private static func query(_ call: Call, limit: Int) throws -> AuditQuery {
        var query = AuditQuery(limit: limit)
        query.account = try call.query["account"].map { try Conversions.identifier($0, "account") }
        query.actor = call.query["actor"]
        if let word = call.query["action"] {
            guard let action = AuditAction(rawValue: word) else {
                let actions = AuditAction.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError([.init(pointer: "action", detail: "must be among \(actions)")])
            }
            query.action = action
        }
        (query.from, query.to) = try call.period()
        query.before = try call.query["cursor"].map { cursor in
            guard let place = AuditPage.place(in: try Cursor.read(cursor)) else { throw Cursor.refusal }
            return place
        }
        return query
    }
}
