import HTTPTypes
import Metrics
import ScripCore
import ScripEngine
import ScripIngest
import ScripMetrics
import Synchronization
import ScripWire

/// What the server counts.
public final class ServerMetrics: Sendable {
    let registry: MetricsRegistry
    private let events: [(status: EventTracking.Result.Status, counter: Counter)]

    init(registry: MetricsRegistry, version: String) {
        self.registry = registry
        events = EventTracking.Result.Status.allCases.map { status in
            let labels = [("status", status.rawValue)]
            return (status, Counter(label: "scrip_usage_events_total", dimensions: labels, factory: registry))
        }
        Gauge(label: "scrip_build_info", dimensions: [("version", version)], factory: registry).record(1)
    }

    /// Counts spans that became no event of usage, by why.
    func skipped(_ spans: [SkippedSpan: Int]) {
        for (reason, count) in spans {
            let labels = [("reason", reason.rawValue)]
            Counter(label: "scrip_skipped_spans_total", dimensions: labels, factory: registry).increment(by: count)
        }
    }

    /// Counts events of usage by what became of them.
    func tracked(_ results: [EventTracking.Result]) {
        for (status, counter) in events {
            let count = results.count { $0.status == status }
            if count > 0 { counter.increment(by: count) }
        }
    }

    /// The instruments of one route.
    /// - Parameter route: the template of its path.
    func requests(method: String, route: String) -> RequestInstruments {
        RequestInstruments(method: method, route: route, factory: registry)
    }
}

/// Counts and times the requests of one route. An instrument is made when it is first needed: what is never called is not
/// shown.
final class RequestInstruments: Sendable {
    private struct Made {
        var duration: Metrics.Timer?
        var counters: [(status: Int, counter: Counter)] = []
    }

    private let method: String
    private let route: String
    private let factory: any MetricsFactory
    private let made = Mutex(Made())

    init(method: String, route: String, factory: any MetricsFactory) {
        self.method = method
        self.route = route
        self.factory = factory
    }

    /// Counts an answer, and records how long it took.
    func answered(_ status: Int, since began: ContinuousClock.Instant) {
        let (duration, counter) = made.withLock { made in
            (self.duration(in: &made), self.counter(of: status, in: &made))
        }
        duration.record(duration: ContinuousClock.now - began)
        counter.increment()
    }

    private func duration(in made: inout Made) -> Metrics.Timer {
        if let known = made.duration { return known }
        let timer = Timer(
            label: "scrip_http_request_duration_seconds", dimensions: [("route", route)], factory: factory)
        made.duration = timer
        return timer
    }

    private func counter(of status: Int, in made: inout Made) -> Counter {
        if let known = made.counters.first(where: { $0.status == status }) { return known.counter }
        let counter = Counter(
            label: "scrip_http_requests_total",
            dimensions: [("route", route), ("method", method), ("status", "\(status)")], factory: factory
        )
        made.counters.append((status, counter))
        return counter
    }
}

/// Counts the requests that no route takes.
final class UnmatchedRequests: Sendable {
    /// What is said in place of a route.
    static let route = "unmatched"

    private let instruments: [(method: String, requests: RequestInstruments)]
    private let others: RequestInstruments

    init(metrics: ServerMetrics) {
        let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
        instruments = methods.map {
            ($0.rawValue, metrics.requests(method: $0.rawValue, route: UnmatchedRequests.route))
        }
        others = metrics.requests(method: MetricsRegistry.overflowLabel, route: UnmatchedRequests.route)
    }

    /// Counts an answer; callers may make up methods, so unusual ones count together.
    func answered(_ method: String, _ status: Int, since began: ContinuousClock.Instant) {
        let requests = instruments.first { $0.method == method }?.requests ?? others
        requests.answered(status, since: began)
    }
}
