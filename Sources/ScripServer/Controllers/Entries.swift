import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// Lines of an account's journal.
enum Entries {
    @Sendable static func list(_ call: Call) async throws -> Answer {
        let id = try call.account()
        let limit = try call.limit()
        var query = EntryQuery(account: id, limit: limit + 1)
        query.before = try call.cursorNumber()
        for word in (call.query["kind"] ?? "").split(separator: ",") {
            guard let kind = EntryKind(rawValue: String(word)) else {
                let kinds = EntryKind.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError([.init(pointer: "kind", detail: "must be among \(kinds)")])
            }
            query.kinds.insert(kind)
        }
        query.action = try call.query["action"].map { try Conversions.identifier($0, "action") }
        query.creditType = try call.query["credit_type"].map { try Conversions.identifier($0, "credit_type") }
        (query.from, query.to) = try call.period()
        let (shown, next) = try await call.engine.page(query).shown(limit)
        let tag = AccountTag(id)
        return Answer.object { writer in
            writer.member("data", array: shown) { $0.entry($1.entry, tag: tag) }
            writer.member("next_cursor", next)
        }
    }

    @Sendable static func show(_ call: Call) async throws -> Answer {
        let id = try call.account()
        let entryID: EntryID = try call.id("entry", otherwise: .entryNotFound)
        var query = EntryQuery(account: id, limit: 1)
        query.before = entryID.seq + 1
        guard let line = try await call.engine.entries(query).first, line.entry.seq == entryID.seq else {
            throw Rejection.entryNotFound
        }
        return Answer.object { writer in
            writer.name("entry")
            writer.object { $0.entry(line.entry, tag: AccountTag(id)) }
            writer.member("hash", line.digest.description)
        }
    }
}

extension EntryPage {
    /// The lines that are shown of a page that was asked for one more, and the cursor to go on with. Where few lines
    /// match, there is one though the page is short: the lines before it were not looked at.
    func shown(_ limit: Int) -> (lines: ArraySlice<SealedEntry>, cursor: String?) {
        let shown = lines.prefix(limit)
        let next = lines.count > limit ? shown.last?.entry.seq : next
        return (shown, next.map { Cursor.make(String($0)) })
    }
}
