/// Everything that is wrong with a request's body, field by field.
public struct ValidationError: Error, Hashable, Sendable {
    /// One thing that is wrong.
    public struct Issue: Hashable, Sendable {
        /// Where, as a JSON pointer such as `#/amount`.
        public var pointer: String
        /// Which rule is broken.
        public var detail: String
        /// The code of the whole answer, when the rule has one of its own.
        public var code: String?

        /// A thing that is wrong.
        public init(pointer: String, detail: String, code: String? = nil) {
            self.pointer = pointer
            self.detail = detail
            self.code = code
        }
    }

    /// What is wrong, in the order of the fields.
    public var issues: [Issue]

    /// An error of some issues.
    public init(_ issues: [Issue]) {
        self.issues = issues
    }
}
