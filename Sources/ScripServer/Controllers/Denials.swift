import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// Lists requests that limits or plans refused.
enum Denials {
    @Sendable static func list(_ call: Call) async throws -> Answer {
        let limit = try call.limit()
        var query = DenialQuery(limit: limit + 1)
        query.account = try call.query["account"].map { try Conversions.identifier($0, "account") }
        query.action = try call.query["action"].map { try Conversions.identifier($0, "action") }
        query.reason = call.query["reason"]
        (query.from, query.to) = try call.period()
        query.before = try call.query["cursor"].map { try place($0) }
        let (denials, damaged) = try await call.engine.denialPage(query)
        let shown = denials.prefix(limit)
        return Answer.object { writer in
            writer.member("data", array: shown) { $0.denial($1) }
            let next = denials.count > limit ? shown.last?.place : nil
            writer.member("next_cursor", next.map { Cursor.make("\($0.firstAt.microseconds) \($0.id)") })
            writer.damaged(damaged)
        }
    }

    private static func place(_ cursor: String) throws -> DenialQuery.Place {
        let parts = try Cursor.read(cursor).split(separator: " ")
        guard parts.count == 2, let microseconds = Int64(parts[0]) else { throw Cursor.refusal }
        return DenialQuery.Place(firstAt: Timestamp(microseconds: microseconds), id: String(parts[1]))
    }
}
