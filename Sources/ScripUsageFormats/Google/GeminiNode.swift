import ScripCore
import ScripJSON

/// An object of Google's, whose members have one name in JSON and another in dumps of the Python SDK.
struct GeminiNode: Sendable {
    let node: UsageNode

    init(_ node: UsageNode) {
        self.node = node
    }

    /// The name a member has here.
    private func name(_ name: String) -> String {
        if node[name] != nil { return name }
        let other = snake(name)
        return node[other] != nil ? other : name
    }

    subscript(name: String) -> JSONValue? { node[self.name(name)] }
    func has(_ names: String...) -> Bool { names.contains { self[$0] != nil } }
    func count(_ name: String) throws(UsageFormatError) -> Int64? { try node.count(self.name(name)) }
    func text(_ name: String) throws(UsageFormatError) -> String? { try node.text(self.name(name)) }
    func node(_ name: String) throws(UsageFormatError) -> GeminiNode? {
        try node.node(self.name(name)).map { GeminiNode($0) }
    }
    func item(_ name: String) -> GeminiNode? { node.item(self.name(name)).map { GeminiNode($0) } }
    func items(_ name: String) -> [GeminiNode] { node.items(self.name(name)).map { GeminiNode($0) } }
    func nodes(_ name: String) throws(UsageFormatError) -> [GeminiNode] {
        (try node.nodes(self.name(name), most: 64) ?? []).map { GeminiNode($0) }
    }
    /// See ``UsageNode/unknownCounts(besides:isWholeAnswer:)``; the known names in either writing.
    func unknownCounts(besides known: Set<String>) throws(UsageFormatError) -> UnknownCounts {
        try node.unknownCounts(besides: known.union(known.map { snake($0) }))
    }

    private func snake(_ name: String) -> String {
        name.reduce(into: "") { text, character in
            if character.isUppercase { text += "_" }
            text += character.lowercased()
        }
    }

    func error(_ name: String, _ rule: UsageFormatError.Rule) -> UsageFormatError { node.error(self.name(name), rule) }
}
