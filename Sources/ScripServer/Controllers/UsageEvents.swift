import ScripIngest
import HTTPTypes
import ScripEngine
import ScripJSON
import ScripWire

/// Recording usage that happened, many events at a time, each with its own result.
enum UsageEvents {
    /// How many events one request may carry.
    static let maxEvents = 1_000

    @Sendable static func record(_ call: Call) async throws -> Answer {
        let events = try EventBody.events(
            in: call.body, type: call.headers[.contentType],
            headers: call.headers.map { (name: $0.name.rawName, value: $0.value) },
            limits: call.configuration.ingest.limits)
        if events.isEmpty || events.count > maxEvents {
            throw RequestRefusal(
                events.isEmpty ? 400 : 413, .batchSize, "Batch size", "Send from 1 to \(maxEvents) events at a time."
            )
        }
        let results = try await EventTracking.track(events, in: call.engine, origin: call.sender)
        call.metrics.tracked(results)
        return Answer.object(capacity: 512 * events.count) { writer in
            writer.member("results", array: results) { $0.trackingResult($1) }
        }
    }
}
