/// Why a catalog document is refused.
public struct CatalogProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line, from 1, where one can be named.
    public var line: Int?
    /// The place in the document, such as `plans[0].allowances[0].amount`.
    public var path: String
    /// Which rule is broken.
    public var message: String

    /// Makes a problem at a place in the document.
    public init(line: Int? = nil, path: String, message: String) {
        self.line = line
        self.path = path
        self.message = message
    }

    /// A sentence for people.
    public var description: String {
        let place = path.isEmpty ? "the catalog" : "'\(path)'"
        return (line.map { "line \($0): " } ?? "") + "\(place) \(message)"
    }
}
