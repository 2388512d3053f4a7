/// The disjoint classes of tokens; every token is counted, and priced, in one of them. The raw value is the dimension.
public enum TokenClass: String, Hashable, Sendable, CaseIterable {
    /// Text sent to the model that was neither cached nor audio nor image.
    case input = "input_tokens"
    /// Text that the model produced.
    case output = "output_tokens"
    /// Sent before and read back from the provider's cache.
    case cacheRead = "cache_read_tokens"
    /// Written to the provider's cache for five minutes.
    case cacheWrite5m = "cache_write_5m_tokens"
    /// Written to the provider's cache for an hour.
    case cacheWrite1h = "cache_write_1h_tokens"
    /// Produced while thinking, where it is counted apart from the output.
    case reasoning = "reasoning_tokens"
    /// Sound sent to the model.
    case audioInput = "audio_input_tokens"
    /// Sound that the model produced.
    case audioOutput = "audio_output_tokens"
    /// Images sent to the model.
    case imageInput = "image_input_tokens"
    /// Images that the model produced.
    case imageOutput = "image_output_tokens"

    /// How price books and catalogs name the class.
    public var priceKey: String { String(rawValue.dropLast("_tokens".count)) }

    /// The class whose price holds where this one has none; `nil` for ``input`` and ``output``.
    public var base: TokenClass? {
        switch self {
        case .input, .output: nil
        case .cacheRead, .cacheWrite5m, .audioInput, .imageInput: .input
        case .cacheWrite1h: .cacheWrite5m
        case .reasoning, .audioOutput, .imageOutput: .output
        }
    }

    /// Whether tokens of the class were sent to the model.
    public var isInput: Bool {
        switch self {
        case .input, .cacheRead, .cacheWrite5m, .cacheWrite1h, .audioInput, .imageInput: true
        case .output, .reasoning, .audioOutput, .imageOutput: false
        }
    }

    /// Whether a dimension counts tokens sent to a model.
    public static func isInput(_ name: String) -> Bool { TokenClass(rawValue: name)?.isInput ?? false }

    /// Whether a dimension counts tokens a model produced.
    public static func isOutput(_ name: String) -> Bool { TokenClass(rawValue: name).map { !$0.isInput } ?? false }
}
