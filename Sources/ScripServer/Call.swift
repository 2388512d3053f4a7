import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// One request on its way through a controller: who calls, what was sent, and what it is about.
struct Call: Sendable {
    let engine: Engine
    let configuration: ServerConfiguration
    let metrics: ServerMetrics
    let method: HTTPRequest.Method
    let path: String
    let headers: HTTPFields
    let parameters: [String: String]
    let query: [String: String]
    let body: [UInt8]
    /// The key that was presented; absent on routes that are not for servers.
    let key: StoredKey?
    /// From where the request came.
    let caller: Caller
    /// The user who calls; absent on routes that are not for users.
    let user: SignedInUser?
    /// Whom the route is for.
    let audience: Audience
    /// Who let the caller in, and may look again.
    let authenticator: Authenticator
    /// The streams that are open.
    let streams: StreamSlots

    /// The body as JSON; an absent body counts as an empty object.
    func json() throws -> JSONValue { try JSONValue.ofBody(body) }

    /// The account the user stands for, or the one in the path.
    func account() throws -> AccountID {
        if let user { return user.account }
        guard let id = AccountID(parameters["account"] ?? "") else {
            throw ValidationError([
                .init(pointer: "account", detail: "must be 1 to 255 bytes without control characters or outer spaces")
            ])
        }
        return id
    }

    /// Who gives the command, and under which name.
    func origin() throws -> Origin {
        var origin = sender
        // In the audit log and on lines a reason is the app's or an operator's word.
        if user == nil { origin.reason = try reason() }
        guard let field = HTTPField.Name("Idempotency-Key"), var text = headers[field] else { return origin }
        if text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"") {
            text = String(text.dropFirst().dropLast())
        }
        let owner = user.map { IdempotencyKey.Owner.user($0.subject) } ?? .caller
        guard let name = IdempotencyKey(text, owner: owner) else {
            throw ValidationError([.init(pointer: "Idempotency-Key", detail: "must be 1 to 255 bytes of plain text")])
        }
        origin.idempotencyKey = name
        origin.comparesMeaning = true
        origin.requestDigest = Digest(of: Array("\(method.rawValue) \(path)\n".utf8) + body)
        return origin
    }

    /// Who calls, of what has its names elsewhere than in the request's head.
    var sender: Origin {
        if let user { return user.origin(from: caller) }
        var origin = Origin(actor: key?.id, caller: caller)
        if let key { (origin.caller.kind, origin.caller.id) = (.key, key.id) }
        return origin
    }

    /// Who gives a command that is done each time it comes, so that a key could not keep it from being done twice.
    /// - Throws: `ValidationError` naming the header, when there is one.
    func unkeyedOrigin() throws -> Origin {
        let origin = try origin()
        if origin.idempotencyKey != nil {
            throw ValidationError([
                .init(
                    pointer: "Idempotency-Key",
                    detail: "is not possible here: a secret is shown only once. Leave it out, and list the keys "
                        + "before you try again")
            ])
        }
        return origin
    }

    /// Why, for the audit log.
    private func reason() throws -> String? {
        guard let text = query["reason"], !text.isEmpty else { return nil }
        if text.utf8.count > Limits.textBytes {
            throw ValidationError([.init(pointer: "reason", detail: "may have at most \(Limits.textBytes) bytes")])
        }
        return text
    }

    /// A moment in the query, or a day such as `2026-03-01`, which stands for its beginning.
    func time(_ name: String) throws -> Timestamp? {
        if let day = day(name) { return day }
        guard let text = query[name], !text.isEmpty else { return nil }
        guard let time = RFC3339.parse(text), time >= 0, time <= Timestamp.latest.microseconds else {
            throw ValidationError([
                .init(
                    pointer: name,
                    detail: "must be an RFC 3339 time such as 2026-03-01T10:00:00Z, or a day such as 2026-03-01")
            ])
        }
        return Timestamp(microseconds: time)
    }

    /// The end of a range of time in the query: what happened before it is in the range. A day stands for all of it.
    func rangeEnd(_ name: String = "to") throws -> Timestamp? {
        if let day = day(name) { return day.adding(seconds: 86_400) }
        return try time(name)
    }

    private func day(_ name: String) -> Timestamp? {
        guard let text = query[name], text.utf8.count == 10, let time = RFC3339.parse(text + "T00:00:00Z"), time >= 0
        else { return nil }
        return Timestamp(microseconds: time)
    }

    /// Makes sure that a range of time ends after it begins.
    static func requireOrder(from: Timestamp?, to: Timestamp?) throws {
        if let from, let to, to <= from {
            throw ValidationError([.init(pointer: "to", detail: "must be after 'from'")])
        }
    }

    /// The range of time in the query, `from` and `to`.
    func period() throws -> (from: Timestamp?, to: Timestamp?) {
        let (from, to) = (try time("from"), try rangeEnd())
        try Call.requireOrder(from: from, to: to)
        return (from, to)
    }

    /// How many rows are wanted.
    func limit(most: Int = 500) throws -> Int {
        guard let text = query["limit"] else { return 50 }
        guard let limit = Int(text), (1...most).contains(limit) else {
            throw ValidationError([.init(pointer: "limit", detail: "must be from 1 to \(most)")])
        }
        return limit
    }

    /// Where an earlier page ended, as the number of a line or of a record, which count from 1.
    func cursorNumber() throws -> Int64? {
        try query["cursor"].map { cursor in
            guard let number = Int64(try Cursor.read(cursor)), number > 0 else { throw Cursor.refusal }
            return number
        }
    }

    /// A journal id in the path.
    func id<ID: JournalIdentifier>(_ name: String, otherwise refusal: Rejection) throws -> ID {
        guard let id = ID(parameters[name] ?? "", in: AccountTag(try account())) else { throw refusal }
        return id
    }
}

/// An answer to be sent.
struct Answer: Sendable {
    var status: HTTPResponse.Status
    var body: [UInt8]
    var headers: HTTPFields = [:]
    var contentType = "application/json"
    /// What writes the body bit by bit, instead of ``body``.
    var stream: (@Sendable (inout any ResponseBodyWriter) async throws -> Void)?
    /// What is done when the caller goes before ``stream`` has ended.
    var onClose: (@Sendable () -> Void)?

    /// A JSON object written by `write`.
    static func object(
        _ status: HTTPResponse.Status = .ok, capacity: Int = 1_024, _ write: (inout JSONWriter) -> Void
    ) -> Answer {
        var writer = JSONWriter(capacity: capacity)
        writer.object(write)
        return Answer(status: status, body: writer.bytes)
    }

    /// The same answer with the mark of a repetition.
    func repeated(_ isRepeat: Bool) -> Answer {
        guard isRepeat, let name = HTTPField.Name("Idempotent-Replayed") else { return self }
        var answer = self
        answer.headers[name] = "true"
        return answer
    }

    var response: Response {
        var fields = headers
        fields[.contentType] = contentType
        fields[.cacheControl] = "no-store"
        if let stream { return Response(status: status, headers: fields, body: ResponseBody(stream)) }
        return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}
