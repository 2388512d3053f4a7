/// Everything that is wrong with a request's body, field by field.
public struct ValidationError: Error, Hashable, Sendable {
    /// One thing that is wrong.
    public struct Issue: Hashable, Sendable {
        /// Where, as a JSON pointer such as `#/amount`.
        public var pointer: String
        /// Which rule is broken.
        public var detail: String

        /// A thing that is wrong.
        public init(pointer: String, detail: String) {
            self.pointer = pointer
            self.detail = detail
        }
    }

    /// What is wrong, in the order of the fields.
    public var issues: [Issue]

    /// An error of some issues.
    public init(_ issues: [Issue]) {
        self.issues = issues
    }
}
