import HTTPTypes
import Hummingbird
import NIOCore
import ScripCore
import ScripEngine
import ScripIdentity
import ScripJSON
import ServiceLifecycle

/// `GET /api/credits/stream` and `GET /v1/accounts/{account}/stream`: an account's balance, live, as server-sent events
/// (the HTML standard, 9.2).
///
/// Each event carries the whole balance as it is when it is written, and the account's version as its id. A reader that
/// is slow finds the newest state when it reads on; what came between is never kept.
enum BalanceStreams {
    @Sendable static func user(_ call: Call) async throws -> Answer {
        try await open(call, showing: .oneCreditType(call.query["credit_type"]))
    }

    @Sendable static func server(_ call: Call) async throws -> Answer {
        try await open(call, showing: .everything)
    }

    private static func open(_ call: Call, showing view: BalanceView) async throws -> Answer {
        if !accepts(call.headers) { throw StreamRefusal.notAcceptable }
        let account = try call.account()
        // What cannot be written is refused before the stream begins, where a status can still say so.
        _ = try view.event(of: try await call.engine.account(account), catalogs: call.engine.catalogs)
        if call.engine.isDraining { throw EngineError.shuttingDown }
        let slot = try call.streams.take(account: account, user: call.user)
        let watch = call.engine.feed.watch(account)
        let stream = BalanceStream(
            call: call, watch: watch, reads: slot.reads, seen: lastEventID(call.headers), view: view)
        var answer = Answer(status: .ok, body: [], contentType: "text/event-stream")
        // Proxies that gather answers before they pass them on are told not to.
        if let name = HTTPField.Name("X-Accel-Buffering") { answer.headers[name] = "no" }
        answer.stream = { body in
            try await withGracefulShutdownHandler {
                defer { withExtendedLifetime(slot) {} }
                try await stream.run(into: &body)
            } onGracefulShutdown: {
                watch.close()
            }
        }
        answer.onClose = { watch.close() }
        return answer
    }

    private static func accepts(_ headers: HTTPFields) -> Bool {
        guard let text = headers[.accept] else { return true }
        return text.split(separator: ",").contains { part in
            let kind = part.split(separator: ";").first.map { $0.filter { $0 != " " }.lowercased() }
            return ["text/event-stream", "text/*", "*/*"].contains(kind)
        }
    }

    private static func lastEventID(_ headers: HTTPFields) -> Int64? {
        HTTPField.Name("Last-Event-ID").flatMap { headers[$0] }.flatMap { Int64($0) }
    }
}

/// One open stream.
struct BalanceStream: Sendable {
    let call: Call
    let watch: AccountWatch
    /// What reads the account for all of its streams.
    let reads: AccountReads
    /// The version that the reader has seen.
    let seen: Int64?
    let view: BalanceView

    /// Writes events until the reader goes, the credential ends, or the server does.
    func run(into body: inout any ResponseBodyWriter) async throws {
        var (seen, admittedAt) = (seen, call.engine.clock.now())
        // Readers that lose the connection come again after two seconds.
        try await body.write(ByteBuffer(string: "retry: 2000\n\n"))
        while let notice = await watch.next() {
            if !(try await isStillAdmitted(at: notice, last: &admittedAt)) { break }
            switch notice {
            case .silence: try await body.write(ByteBuffer(string: ":\n\n"))
            case .mayHaveChanged(let number):
                guard let event = try await event(noticed: number, after: &seen) else { break }
                try await body.write(event)
            }
        }
        try await body.finish(nil)
    }

    /// The account's state as an event; `nil` when the reader has seen it.
    private func event(noticed number: Int64, after seen: inout Int64?) async throws -> ByteBuffer? {
        let read = try await reads.read(noticed: number)
        let state = read.snapshot.state
        let end = [read.nextEventAt, call.credentialExpiresAt].compactMap { $0 }.min()
        watch.saw(version: state.seq, nextEventAt: end)
        if state.seq == seen { return nil }
        seen = state.seq
        return try read.event(view, catalogs: call.engine.catalogs)
    }

    /// Whether the credential is still good. With every sign of life, and as often on a stream that is never silent, it
    /// is looked at as if it came anew, so that a key that was revoked does not go on listening.
    private func isStillAdmitted(at notice: AccountWatch.Notice, last: inout Timestamp) async throws -> Bool {
        let now = call.engine.clock.now()
        if let end = call.credentialExpiresAt, end <= now { return false }
        let next = last.adding(seconds: call.configuration.streams.heartbeatSeconds)
        if notice != .silence && last <= now && now < next { return true }
        last = now
        do {
            _ = try await call.authenticator.admit(call.headers, to: call.audience, from: call.caller)
            return true
        } catch let refusal as TokenRefusal where refusal == .keysUnavailable {
            return true
        } catch is KeyRefusal, is AccessRefusal, is TokenRefusal {
            return false
        } catch {
            // A store that is out of reach for a while takes no right away.
            return true
        }
    }
}

extension Call {
    /// When the caller's credential ends by itself.
    var credentialExpiresAt: Timestamp? { user?.expiresAt ?? key?.expiresAt }
}
