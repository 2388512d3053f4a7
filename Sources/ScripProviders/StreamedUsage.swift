import ScripJSON

/// Reads the usage of a stream event by event, so that the events need not be kept.
public struct StreamedUsage: Sendable {
    /// How many events one stream may have.
    public static let mostEvents = 1_000_000

    private var collector: any UsageCollector
    private let format: UsageFormat
    private var events = 0

    /// A reader of streams in a format.
    public init(format: UsageFormat) {
        self.format = format
        collector = format.collector
    }

    /// Takes in the next event or chunk: the JSON object after `data:`. The closing `[DONE]` of OpenAI's streams may
    /// be given as a string.
    /// - Throws: ``UsageFormatError``; its pointer starts with the event's number, from 0.
    public mutating func add(_ event: JSONValue) throws(UsageFormatError) {
        let pointer = "#/\(events)"
        events += 1
        if events > StreamedUsage.mostEvents { throw UsageFormatError(pointer: "#", rule: .elements) }
        if event == .string("[DONE]") { return }
        try collector.add(UsageNode(event, at: pointer))
    }

    mutating func add(whole: JSONValue) throws(UsageFormatError) {
        try collector.add(UsageNode(whole, at: "#"))
    }

    /// What the events so far say was used.
    /// - Throws: ``UsageFormatError`` when no event belonged to the format, or the counts contradict each other.
    public func finished() throws(UsageFormatError) -> ReportedUsage {
        guard var usage = try collector.finished() else { throw UsageFormatError(pointer: "#", rule: .shape) }
        usage.provider = format.provider
        return usage
    }
}
