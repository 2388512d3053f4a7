/// Why a provider's usage object cannot be turned into counts.
public struct UsageFormatError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The rules a usage object can break.
    public enum Rule: String, CaseIterable, Sendable {
        /// A count is text, a fraction or anything but an integer.
        case integer = "must be a whole number"
        /// A count is below zero.
        case negative = "must not be negative"
        /// A count is beyond 10¹⁵.
        case limit = "must be at most 1000000000000000"
        /// A part is larger than the whole it is a part of.
        case whole = "is more than the total that includes it"
        /// A member that must be an object is something else.
        case object = "must be an object"
        /// A member that must be a list is something else.
        case list = "must be a list"
        /// A name is longer than 255 bytes.
        case length = "must be at most 255 bytes"
        /// There are more than 64 iterations.
        case iterations = "must have at most 64 iterations"
        /// An iteration is of a kind whose place in the bill is not known.
        case iteration = "is not a known kind of iteration"
        /// A count that the shape is not known to have, and that may be part of another.
        case unknownCount = "is not a known count in this kind of usage object"
        /// What a cache keeps for so long has a price that is not known.
        case lifetime = "must be 5m or 1h"
        /// Providers fill the shape differently, so it must be said which one it was.
        case provider = "has different meanings for different providers, so 'provider' is required"
        /// A list holds the responses of several calls.
        case several = "belongs to a different response than the elements before it; send each response separately"
        /// Two statements of the same thing differ.
        case inconsistent = "does not agree with the other counts"
        /// A list has more elements than any real response.
        case elements = "has too many elements"
        /// No usage is stated.
        case missing = "contains no usage"
        /// The shape is that of no known provider.
        case shape = "is not a known kind of usage object"
    }

    /// Where, as a JSON pointer into what was read, such as `#/usage/input_tokens`.
    public var pointer: String
    /// Which rule is broken.
    public var rule: Rule

    /// An error at a place.
    public init(pointer: String, rule: Rule) {
        self.pointer = pointer
        self.rule = rule
    }

    /// A sentence for people.
    public var description: String { "'\(pointer)' \(rule.rawValue)" }
}
