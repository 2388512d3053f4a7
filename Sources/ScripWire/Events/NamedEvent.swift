import ScripCore
import ScripEngine
import ScripJSON
import ScripUsageFormats

/// A usage event as a command, with the name by which it is recognised when it comes again.
///
/// Names of CloudEvents and of an app's own events are theirs for ever. The id of a provider's response is not: servers
/// of open models count up and start again. So another answer or call under a response's id is never taken for the
/// first one: it is charged under a name of its own where it certainly is another one, and kept as a failure where that
/// is not certain.
struct NamedEvent {
    /// The name it is recorded under.
    private(set) var id: String
    /// What records it.
    private(set) var command: Command
    private let event: ReceivedEvent
    private let usage: Usage
    private let account: AccountID

    /// - Throws: what is wrong with the event.
    init(_ event: ReceivedEvent, origin sender: Origin) throws {
        let value = try event.body.get()
        let request = try UsageEventRequest(json: CutMetadata.cut(in: value))
        let reported = try Conversions.reported(request.usage)
        guard let id = request.id ?? reported?.responseID else {
            throw ValidationError([.init(pointer: "#/id", detail: "is required, because the response has no id")])
        }
        var origin = Origin(actor: sender.actor, caller: sender.caller)
        origin.idempotencyKey = try Conversions.key(ofEvent: id)
        if event.isNamedByAnswer, let answer = event.answer {
            origin.requestDigest = AnswerDigest.of(answer)
        } else {
            var content = JSONWriter()
            if event.isNamedByID { content.string(id) } else { content.value(value) }
            origin.comparesMeaning = !event.isNamedByID
            origin.requestDigest = Digest(of: content.bytes)
        }
        self.id = id
        self.event = event
        account = try Conversions.identifier(request.account, "account")
        usage = try Conversions.usage(request.usage, reported: reported)
        command = Command(account: account, intent: .track(usage), origin: origin)
    }

    /// What the event comes to, where the first answer may be about another event of its name.
    mutating func resolved(
        _ answer: Result<Outcome, any Error>, in engine: Engine
    ) async -> Result<Outcome, any Error> {
        do {
            switch answer {
            case .success(let outcome):
                guard outcome.isRepeat, event.isNamedByID, let key = command.origin.idempotencyKey,
                    let recorded = outcome.entry?.entry.usage
                else { return answer }
                let isSpan = event.format == .span
                switch isSpan ? usage.resemblance(toCall: recorded) : usage.resemblance(toEvent: recorded) {
                case .same: return answer
                case .unclear: return .failure(Rejection.idempotencyKeyReused(key))
                case .other: return .success(try await renamed(by: usage.traceID ?? "", in: engine))
                }
            case .failure(Rejection.idempotencyKeyReused(let key)):
                guard event.isNamedByAnswer, let digest = command.origin.requestDigest,
                    let earlier = try await engine.entry(for: key, of: account), let recorded = earlier.usage
                else { return answer }
                switch usage.resemblance(toAnswer: recorded) {
                case .other: return .success(try await renamed(by: String(digest.description.prefix(16)), in: engine))
                case .same, .unclear:
                    // Earlier versions kept the digest of the response's id alone.
                    if earlier.requestDigest != NamedEvent.digest(ofName: id) { return answer }
                    command.origin.requestDigest = earlier.requestDigest
                    return .success(try await engine.submit(command))
                }
            case .failure: return answer
            }
        } catch {
            return .failure(error)
        }
    }

    /// Records the event under a name of its own, which is the same whenever it comes again.
    private mutating func renamed(by mark: String, in engine: Engine) async throws -> Outcome {
        let name = "\(id)~\(mark)"
        id = name.utf8.count <= IdempotencyKey.longestByteCount ? name : Digest(of: Array(name.utf8)).description
        command.origin.idempotencyKey = try Conversions.key(ofEvent: id)
        if event.isNamedByID { command.origin.requestDigest = NamedEvent.digest(ofName: id) }
        return try await engine.submit(command)
    }

    private static func digest(ofName name: String) -> Digest {
        var content = JSONWriter()
        content.string(name)
        return Digest(of: content.bytes)
    }
}
