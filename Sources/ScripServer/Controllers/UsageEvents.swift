import HTTPTypes
import ScripAPI
import ScripCore
import ScripEngine
import ScripJSON

/// Recording usage that happened, many events at a time, each with its own result.
enum UsageEvents {
    /// How many events one request may carry.
    static let mostEvents = 1_000

    @Sendable static func record(_ call: Call) async throws -> Answer {
        let events = try parsed(call)
        if events.isEmpty || events.count > mostEvents {
            throw RequestRefusal(
                events.isEmpty ? 400 : 413, .batchSize, "Batch size", "Send from 1 to \(mostEvents) events at a time."
            )
        }
        let prepared = events.map { prepare($0, actor: call.key?.id) }
        let results = await call.engine.submit(prepared.compactMap(\.command))
        var answers = results.makeIterator()
        var writer = JSONWriter(capacity: 512 * events.count)
        writer.object { writer in
            writer.name("results")
            writer.array { writer in
                for item in prepared {
                    let result = item.command == nil ? nil : answers.next()
                    writer.object { write(item, result, call, into: &$0) }
                }
            }
        }
        return Answer(status: .ok, body: writer.bytes)
    }

    private struct Prepared {
        var id: String?
        var command: Command?
        var refusal: (any Error)?
    }

    /// The events of a body: an object with `events`, an array, or lines of JSON.
    private static func parsed(_ call: Call) throws -> [Result<JSONValue, JSONSyntaxError>] {
        let type = call.headers[.contentType] ?? "application/json"
        if type.hasPrefix("application/x-ndjson") || type.hasPrefix("application/jsonl") {
            return call.body.split(separator: UInt8(ascii: "\n"))
                .filter { !$0.allSatisfy { $0 == 0x20 || $0 == 0x0D || $0 == 0x09 } }
                .map { line in Result { () throws(JSONSyntaxError) in try JSONValue.parse(Array(line)) } }
        }
        switch try call.json() {
        case .array(let elements): return elements.map { .success($0) }
        case let value:
            guard let elements = value["events"]?.arrayValue else {
                throw ValidationError([.init(pointer: "#/events", detail: "must be a list of events")])
            }
            if value.objectValue?.members.count != 1 {
                throw ValidationError([.init(pointer: "#", detail: "may have no field but 'events'")])
            }
            return elements.map { .success($0) }
        }
    }

    private static func prepare(_ event: Result<JSONValue, JSONSyntaxError>, actor: String?) -> Prepared {
        do {
            let value = try event.get()
            do {
                let request = try UsageEventRequest(json: value)
                var origin = Origin(actor: actor)
                origin.idempotencyKey = try Conversions.identifier(request.id, "id")
                var canonical = JSONWriter()
                canonical.value(value)
                origin.requestHash = Hash(of: canonical.bytes)
                let account: AccountID = try Conversions.identifier(request.account, "account")
                let usage = try Conversions.usage(request.usage)
                return Prepared(
                    id: request.id, command: Command(account: account, intent: .track(usage), origin: origin)
                )
            } catch {
                return Prepared(id: value["id"]?.stringValue, refusal: error)
            }
        } catch {
            return Prepared(refusal: error)
        }
    }

    private static func write(
        _ item: Prepared, _ result: Result<Outcome, any Error>?, _ call: Call, into writer: inout JSONWriter
    ) {
        writer.member("id", item.id)
        switch result {
        case .success(let outcome):
            let status: ServerMetrics.EventStatus =
                outcome.isDemo ? .demo : outcome.isReplay ? .duplicate : .charged
            call.metrics.usageEvent(status)
            writer.member("status", status.rawValue)
            if let entry = outcome.entry?.entry {
                writer.name("entry")
                writer.object { $0.entry(entry, tag: outcome.state.tag) }
            }
        case .failure(let error): fail(error, call, into: &writer)
        case nil: fail(item.refusal ?? EngineError.overloaded, call, into: &writer)
        }
    }

    private static func fail(_ error: any Error, _ call: Call, into writer: inout JSONWriter) {
        call.metrics.usageEvent(.failed)
        writer.member("status", ServerMetrics.EventStatus.failed.rawValue)
        writer.name("error")
        ErrorResponse.problem(for: error, path: call.path, configuration: call.configuration).problem
            .write(into: &writer)
    }
}
