import ScripCore
import ScripJSON

/// Suggests which count was probably meant by an unknown one.
enum UsageHint {
    /// A sentence about a count that a refused request lacks, if one with a similar name was given.
    static func sentence(for rejection: Rejection, arguments: [String]) -> String? {
        guard case .invalid(let field, _) = rejection else { return nil }
        let wanted: [String]
        if field == "usage" {
            wanted = TokenClass.allCases.map(\.rawValue)
        } else if field.hasPrefix("usage.") {
            wanted = [String(field.dropFirst("usage.".count))]
        } else {
            return nil
        }
        for name in names(in: arguments) where !wanted.contains(name) {
            if let near = Spelling.nearest(to: name, among: wanted) {
                return "Did you mean '\(near)' instead of '\(name)'?"
            }
        }
        return nil
    }

    /// The priced count that was probably meant by one without a price.
    static func nearest(to name: String, in rating: Rating) -> String? {
        let known = TokenClass.allCases.map(\.rawValue) + rating.lines.map(\.dimension)
        return known.contains(name) ? nil : Spelling.nearest(to: name, among: known)
    }

    /// The names of the counts in the arguments, which are NAME=COUNT pairs separated by commas, or JSON.
    private static func names(in arguments: [String]) -> [String] {
        var names: [String] = []
        for (place, argument) in arguments.enumerated() {
            let text: String
            if argument == "--usage", place + 1 < arguments.count {
                text = arguments[place + 1]
            } else if argument.hasPrefix("--usage=") {
                text = String(argument.dropFirst("--usage=".count))
            } else {
                continue
            }
            if text.first == "{" {
                names += (try? JSONValue.parse(Array(text.utf8)))?.objectValue?.members.map(\.name) ?? []
            } else {
                names += text.split(separator: ",").map { String($0.prefix { $0 != "=" }) }
            }
        }
        return names
    }
}
