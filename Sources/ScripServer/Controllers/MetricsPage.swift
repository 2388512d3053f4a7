import HTTPTypes
import ScripMetrics

/// What the server and its engine have counted.
enum MetricsPage {
    @Sendable static func show(_ call: Call) async throws -> Answer {
        let format = ExpositionFormat.preferred(by: call.headers[.accept])
        return Answer(
            status: .ok, body: call.metrics.registry.exposition(format, adding: ProcessReadings.current()),
            headers: [.vary: "Accept"], contentType: format.contentType
        )
    }
}
