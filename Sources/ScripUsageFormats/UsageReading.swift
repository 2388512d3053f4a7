import ScripCore
import ScripJSON

/// Turns what a provider returned into exact counts.
public enum UsageReading {
    /// Reads usage, seeing from its shape which format it has.
    /// - Parameters:
    ///   - raw: a whole response, a list of stream events or chunks in order, or the bare usage object.
    ///   - provider: who answered, in any usual spelling. It decides where two providers' shapes are alike, and is
    ///     what the result names; without it the result names the provider whose shape it is.
    ///   - model: the model that was asked, where the response may not name it.
    /// - Throws: ``UsageFormatError``.
    public static func read(
        _ raw: JSONValue, provider: String?, model: String? = nil
    ) throws(UsageFormatError) -> ReportedUsage {
        if let provider, provider.utf8.count > UsageNode.maxTextBytes {
            throw UsageFormatError(pointer: "#/provider", rule: .length)
        }
        let name = provider.map { ModelProviderName.canonical($0) }
        guard let format = UsageFormat.detect(raw, provider: name) else {
            throw UsageFormatError(pointer: "#", rule: .shape)
        }
        var usage = try read(raw, format: format, provider: name, model: model)
        if let name { usage.provider = name }
        return usage
    }

    /// Reads usage in a known format.
    /// - Parameter raw: a whole response, a list of stream events or chunks in order, or the bare usage object.
    /// - Throws: ``UsageFormatError``.
    public static func read(
        _ raw: JSONValue, format: UsageFormat, provider: String? = nil, model: String? = nil
    ) throws(UsageFormatError) -> ReportedUsage {
        var stream = StreamedUsage(format: format, provider: provider, model: model)
        if case .array(let events) = raw {
            try ResponseList.requireOne(events)
            for event in events { try stream.add(event) }
        } else {
            try stream.add(whole: raw)
        }
        return try stream.finished()
    }
}
