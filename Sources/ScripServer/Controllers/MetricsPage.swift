import HTTPTypes
import ScripEngine
import ScripMetrics

/// What the server and its engine have counted.
enum MetricsPage {
    @Sendable static func show(_ call: Call) async throws -> Answer {
        let format = ExpositionFormat.preferred(by: call.headers[.accept])
        var readings = ProcessReadings.current()
        readings.append(
            MetricReading(
                name: "scrip_streams_open", help: "Open live balance streams.", kind: .gauge,
                value: Double(call.streams.count)))
        // A store that fails must not hide the metrics that say so.
        if let count = try? await call.engine.openTrackingFailureCount() {
            readings.append(
                MetricReading(
                    name: "scrip_tracking_failures_open", help: "Open tracking failures.",
                    kind: .gauge, value: Double(count)))
        }
        return Answer(
            status: .ok, body: call.metrics.registry.exposition(format, adding: readings),
            headers: [.vary: "Accept"], contentType: format.contentType
        )
    }
}
