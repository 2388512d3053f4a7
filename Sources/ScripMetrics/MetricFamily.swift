/// All series of one name.
struct MetricFamily: Sendable {
    let name: String
    let help: String
    let kind: MetricKind
    private(set) var series: [MetricLabels: Instrument] = [:]

    init(name: String, help: String, kind: MetricKind) {
        self.name = name
        self.help = help
        self.kind = kind
    }

    /// The series of these labels, or where there are too many the one for all others.
    mutating func keep(_ made: Instrument, _ labels: MetricLabels, most: Int) -> Instrument {
        if let known = series[labels] { return known }
        let place = series.count < most ? labels : labels.overflowing
        if let known = series[place] { return known }
        series[place] = made
        return made
    }

    mutating func forget(_ handler: AnyObject) {
        series = series.filter { $0.value.handler !== handler }
    }
}

/// What a metric is, by its name in the text formats.
public enum MetricKind: String, Sendable, Hashable {
    case counter
    case gauge
    case histogram
}

/// One series.
enum Instrument: Sendable {
    case counter(CounterSeries)
    case gauge(GaugeSeries)
    case histogram(HistogramSeries)

    var kind: MetricKind {
        switch self {
        case .counter: .counter
        case .gauge: .gauge
        case .histogram: .histogram
        }
    }

    var handler: AnyObject {
        switch self {
        case .counter(let series): series
        case .gauge(let series): series
        case .histogram(let series): series
        }
    }
}

/// The labels of a series, sorted by name; of two with the same name the later one counts.
struct MetricLabels: Sendable, Hashable {
    let pairs: [Pair]

    struct Pair: Sendable, Hashable {
        var name: String
        var value: String
    }

    init(_ dimensions: [(String, String)], maxBytes: Int) {
        var values: [String: String] = [:]
        for (name, value) in dimensions {
            // A histogram's buckets have this name for themselves.
            let legal = name == "le" ? "le_" : MetricNames.label(name)
            values[legal] = value.utf8.count <= maxBytes ? value : MetricLabels.shortened(value, to: maxBytes)
        }
        pairs = values.map { Pair(name: $0.key, value: $0.value) }.sorted { $0.name < $1.name }
    }

    private init(pairs: [Pair]) { self.pairs = pairs }

    /// The labels of the series that takes the place of those beyond the limit.
    var overflowing: MetricLabels {
        MetricLabels(pairs: pairs.map { Pair(name: $0.name, value: MetricsRegistry.overflowLabel) })
    }

    private static func shortened(_ value: String, to maxBytes: Int) -> String {
        var short = ""
        var count = 0
        for scalar in value.unicodeScalars {
            count += UTF8.width(scalar)
            if count > maxBytes { break }
            short.unicodeScalars.append(scalar)
        }
        return short
    }
}

/// A metric with one value, read at the moment of the exposition.
public struct MetricReading: Sendable, Hashable {
    /// Its name; a counter's ends in `_total`.
    public var name: String
    /// A sentence for people.
    public var help: String
    /// A counter or a gauge.
    public var kind: MetricKind
    /// The value.
    public var value: Double

    /// Makes a metric with a single value that was read just now.
    public init(name: String, help: String, kind: MetricKind, value: Double) {
        self.name = name
        self.help = help
        self.kind = kind
        self.value = value
    }
}
