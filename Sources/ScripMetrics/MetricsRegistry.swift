import CoreMetrics
import Synchronization

/// Keeps the metrics of a process in memory and shows them in Prometheus' text formats.
///
/// A backend of swift-metrics: counters become counters, meters and plain recorders gauges, timers (in seconds) and
/// aggregating recorders histograms. What it keeps is bounded: see ``init(descriptions:maxSeriesPerName:maxNames:)``.
public final class MetricsRegistry: MetricsFactory {
    /// Bucket bounds in seconds where a description names none.
    public static let defaultBounds = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    /// What every label of the series says that takes the place of those beyond the limit.
    public static let overflowLabel = "other"
    /// How many bytes of a label's value are kept.
    static let maxLabelBytes = 256

    private let descriptions: [String: MetricDescription]
    private let maxSeriesPerName: Int
    private let maxNames: Int
    private let families = Mutex<[String: MetricFamily]>([:])

    /// A registry.
    /// - Parameters:
    ///   - descriptions: what the metrics mean; one that is not described is exposed all the same.
    ///   - maxSeriesPerName: how many series one name may have. Those beyond it count in one series whose labels all
    ///     say ``overflowLabel``.
    ///   - maxNames: how many names there may be. What is recorded under others is not kept.
    public init(descriptions: [MetricDescription] = [], maxSeriesPerName: Int = 1_000, maxNames: Int = 500) {
        self.descriptions = Dictionary(descriptions.map { ($0.name, $0) }) { first, _ in first }
        self.maxSeriesPerName = maxSeriesPerName
        self.maxNames = maxNames
    }

    /// Everything as text.
    /// - Parameter readings: metrics that are read at this moment only, for example the process's.
    public func exposition(_ format: ExpositionFormat, adding readings: [MetricReading] = []) -> [UInt8] {
        var writer = ExpositionWriter(format: format)
        let kept = families.withLock { Array($0.values) }
        for family in kept.sorted(by: { $0.name < $1.name }) { writer.family(family) }
        for reading in readings { writer.reading(reading) }
        return writer.finished()
    }

    /// Makes a counter, named with `_total`, or gives the one that is there.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions)
    }

    /// Makes a counter, named with `_total`, or gives the one that is there.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        counter(label, dimensions)
    }

    /// Makes a gauge, or gives the one that is there.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    /// Makes a histogram if it aggregates, else a gauge; or gives the one that is there.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate ? histogram(label, dimensions) : gauge(label, dimensions)
    }

    /// Makes a histogram of seconds, or gives the one that is there.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions)
    }

    /// Forgets a counter.
    public func destroyCounter(_ handler: any CounterHandler) { forget(handler) }
    /// Forgets a counter.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { forget(handler) }
    /// Forgets a gauge.
    public func destroyMeter(_ handler: any MeterHandler) { forget(handler) }
    /// Forgets a gauge or a histogram.
    public func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }
    /// Forgets a histogram.
    public func destroyTimer(_ handler: any TimerHandler) { forget(handler) }

    private func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterSeries {
        let name = MetricNames.metric(label)
        let made = CounterSeries()
        let kept = keep(.counter(made), name.hasSuffix("_total") ? name : name + "_total", dimensions)
        if case .counter(let series) = kept { return series }
        return made
    }

    private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeSeries {
        let made = GaugeSeries()
        if case .gauge(let series) = keep(.gauge(made), MetricNames.metric(label), dimensions) { return series }
        return made
    }

    private func histogram(_ label: String, _ dimensions: [(String, String)]) -> HistogramSeries {
        let name = MetricNames.metric(label)
        let bounds = descriptions[name]?.bounds ?? MetricsRegistry.defaultBounds
        let made = HistogramSeries(bounds: Set(bounds.filter(\.isFinite)).sorted())
        if case .histogram(let series) = keep(.histogram(made), name, dimensions) { return series }
        return made
    }

    /// The series of a name and labels: the one that is there, or else the one given, which is kept from now on.
    private func keep(_ made: Instrument, _ name: String, _ dimensions: [(String, String)]) -> Instrument {
        let labels = MetricLabels(dimensions, maxBytes: MetricsRegistry.maxLabelBytes)
        let help = descriptions[name]?.help ?? ""
        return families.withLock { families in
            if families[name] == nil && families.count >= maxNames { return made }
            var family = families[name] ?? MetricFamily(name: name, help: help, kind: made.kind)
            // Under a name of another kind there is no place: what is recorded goes nowhere rather than into a mixture.
            if family.kind != made.kind { return made }
            let instrument = family.keep(made, labels, most: maxSeriesPerName)
            families[name] = family
            return instrument
        }
    }

    private func forget(_ handler: AnyObject) {
        families.withLock { families in
            for name in families.keys { families[name]?.forget(handler) }
            families = families.filter { !$0.value.series.isEmpty }
        }
    }
}
