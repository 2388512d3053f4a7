import HTTPTypes
import ScripEngine
import ScripIngest
import ScripWire

/// Traces over OTLP/HTTP: each call of a model that they tell of is a usage event.
enum Traces {
    @Sendable static func record(_ call: Call) async throws -> Answer {
        let encoding = try TraceEncoding(contentType: call.headers[.contentType])
        let batch = try TraceBatch(call.body, encoding: encoding, configuration: call.configuration.ingest)
        let results = try await EventTracking.track(
            batch.events.map { ReceivedEvent(span: $0) }, in: call.engine, origin: call.sender)
        call.metrics.tracked(results)
        let failed = results.filter { $0.status == .failed }
        // An exporter sends all of it again; what was recorded before is recognised.
        if let unkept = failed.first(where: { $0.failure == nil }), let error = unkept.error { throw error }
        call.metrics.skipped(batch.skipped)
        var parts: [String] = []
        if !failed.isEmpty {
            parts.append(
                failed.count == 1
                    ? "1 call could not be recorded; it is kept as a tracking failure."
                    : "\(failed.count) calls could not be recorded; they are kept as tracking failures.")
        }
        let skipped = SkippedSpan.allCases.filter { $0.concernsACall && batch.skipped[$0] != nil }
        if !skipped.isEmpty {
            let reasons = skipped.map { "\($0.rawValue) \(batch.skipped[$0] ?? 0)" }.joined(separator: ", ")
            parts.append("Spans that were not counted as calls: \(reasons).")
        }
        let message = parts.joined(separator: " ")
        return Answer(
            status: .ok, body: encoding.answer(rejectedSpanCount: failed.count, message: message),
            contentType: encoding.contentType
        )
    }

    /// A refusal as exporters read it, in the encoding of the request; a request in neither encoding has a problem.
    @Sendable static func refusal(_ refusal: ErrorResponse, of headers: HTTPFields) -> Answer? {
        guard let encoding = try? TraceEncoding(contentType: headers[.contentType]) else { return nil }
        let problem = refusal.problem
        return Answer(
            status: HTTPResponse.Status(code: problem.status),
            body: encoding.refusal(httpStatus: problem.status, message: problem.detail), headers: refusal.headers,
            contentType: encoding.contentType
        )
    }
}
