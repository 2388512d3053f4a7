/// What a metric means, and for a distribution where its buckets end.
public struct MetricDescription: Sendable, Hashable {
    /// The metric's name as it is exposed, for example `scrip_commands_total`.
    public var name: String
    /// A sentence for people.
    public var help: String
    /// The upper bounds of a histogram's buckets in the metric's own unit, in any order; the registry's own if absent.
    public var bounds: [Double]?

    /// Describes a metric. Only histograms have bounds.
    public init(name: String, help: String, bounds: [Double]? = nil) {
        self.name = name
        self.help = help
        self.bounds = bounds
    }
}

/// What may be in a name and in a label, by the text exposition format.
enum MetricNames {
    /// A metric's name: every byte that may not be in it becomes `_`.
    static func metric(_ name: String) -> String {
        legal(name) { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: ":") }
    }

    /// A label's name: every byte that may not be in it becomes `_`.
    static func label(_ name: String) -> String {
        legal(name) { isLetter($0) || isDigit($0) }
    }

    private static func legal(_ name: String, _ isLegal: (UInt8) -> Bool) -> String {
        if let first = name.utf8.first, !isDigit(first), name.utf8.allSatisfy(isLegal) { return name }
        let bytes = name.utf8.map { isLegal($0) ? $0 : UInt8(ascii: "_") }
        let start = bytes.first.map(isDigit) ?? true
        return (start ? "_" : "") + String(decoding: bytes, as: UTF8.self)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
