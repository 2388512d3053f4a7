import ScripJSON
import ScripUsageFormats
import Testing

/// The JSON of a text.
func json(_ text: String) throws -> JSONValue { try JSONValue.parse(Array(text.utf8)) }

/// Reads a text whose shape tells its format.
func read(_ text: String, provider: String? = nil) throws -> ReportedUsage {
    try UsageReading.read(json(text), provider: provider)
}

/// Expects a text to break a rule at a place.
func expectRefusal(
    _ text: String, _ pointer: String, _ rule: UsageFormatError.Rule, provider: String? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let raw = try json(text)
    #expect(throws: UsageFormatError(pointer: pointer, rule: rule), sourceLocation: sourceLocation) {
        try UsageReading.read(raw, provider: provider)
    }
}
