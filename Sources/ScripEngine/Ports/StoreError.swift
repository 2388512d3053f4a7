/// Why a store could not do what it was asked.
public struct StoreError: Error, Sendable, CustomStringConvertible {
    /// The kinds of failure.
    public enum Code: String, Sendable {
        /// The database cannot be reached or opened.
        case unreachable
        /// The database was made by a newer version of Scrip.
        case tooNew = "too_new"
        /// What was read does not make sense; a line is damaged.
        case damaged
        /// The store is closing.
        case closing
    }

    /// What kind of failure.
    public var code: Code
    /// A sentence for people.
    public var description: String

    /// A failure.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
