/// Writes metrics line by line.
///
/// Sources: Prometheus' "Exposition formats", text format 0.0.4, and the OpenMetrics specification 1.0.0. They differ in
/// the name of a counter's family, in the escaping of help texts, and in OpenMetrics' last line.
struct ExpositionWriter {
    private let format: ExpositionFormat
    private var text = ""

    init(format: ExpositionFormat) {
        self.format = format
        text.reserveCapacity(16_384)
    }

    mutating func family(_ family: MetricFamily) {
        head(family.name, family.help, family.kind)
        let sorted = family.series.sorted { first, second in
            first.key.pairs.lexicographicallyPrecedes(second.key.pairs) {
                ($0.name, $0.value) < ($1.name, $1.value)
            }
        }
        for (labels, instrument) in sorted {
            switch instrument {
            case .counter(let series): sample(family.name, labels.pairs, series.value)
            case .gauge(let series): sample(family.name, labels.pairs, series.value)
            case .histogram(let series): histogram(family.name, labels.pairs, series)
            }
        }
    }

    mutating func reading(_ reading: MetricReading) {
        head(reading.name, reading.help, reading.kind)
        sample(reading.name, [], reading.value)
    }

    mutating func finished() -> [UInt8] {
        if format == .openMetrics { text += "# EOF\n" }
        return Array(text.utf8)
    }

    private mutating func head(_ name: String, _ help: String, _ kind: MetricKind) {
        let isShort = format == .openMetrics && kind == .counter && name.hasSuffix("_total")
        let family = isShort ? String(name.dropLast("_total".count)) : name
        if !help.isEmpty {
            text += "# HELP \(family) "
            escape(help, quotes: format == .openMetrics)
            text += "\n"
        }
        text += "# TYPE \(family) \(kind.rawValue)\n"
    }

    private mutating func histogram(_ name: String, _ labels: [MetricLabels.Pair], _ series: HistogramSeries) {
        let reading = series.reading
        var count: Int64 = 0
        for (bound, inBucket) in zip(series.bounds + [.infinity], reading.counts) {
            count += inBucket
            // Both formats' readers know bounds by this spelling, with a fraction even where it is zero.
            let end = bound == .infinity ? "+Inf" : bound.description
            sample("\(name)_bucket", labels + [.init(name: "le", value: end)], Double(count))
        }
        sample("\(name)_sum", labels, reading.sum)
        sample("\(name)_count", labels, Double(count))
    }

    private mutating func sample(_ name: String, _ labels: [MetricLabels.Pair], _ value: Double) {
        text += name
        if !labels.isEmpty {
            text += "{"
            for (index, label) in labels.enumerated() {
                text += "\(index == 0 ? "" : ",")\(label.name)=\""
                escape(label.value, quotes: true)
                text += "\""
            }
            text += "}"
        }
        text += " \(ExpositionWriter.number(value))\n"
    }

    /// A number as both formats' readers take it.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if abs(value) < 9e15, value == value.rounded(.towardZero) { return Int64(value).description }
        return value.description
    }

    private mutating func escape(_ value: String, quotes: Bool) {
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\"" where quotes: text += "\\\""
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}
