/// Everything that is wrong with a request's body, field by field.
public struct ValidationError: Error, Hashable, Sendable {
    /// One thing that is wrong.
    public struct Issue: Hashable, Sendable {
        /// The place in the body, as a JSON pointer such as `#/amount`.
        public var pointer: String
        /// Which rule is broken.
        public var detail: String
        /// The code of the whole answer, when the rule has one of its own.
        public var code: String?

        /// Makes an issue of one field.
        public init(pointer: String, detail: String, code: String? = nil) {
            self.pointer = pointer
            self.detail = detail
            self.code = code
        }
    }

    /// What is wrong, in the order of the fields.
    public var issues: [Issue]

    /// Makes an error from a list of issues.
    public init(_ issues: [Issue]) {
        self.issues = issues
    }
}
