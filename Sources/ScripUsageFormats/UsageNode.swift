import ScripJSON

/// An object inside a provider's answer, with the place where it stands.
struct UsageNode: Sendable {
    static let maxTokens: Int64 = 1_000_000_000_000_000
    static let maxElements = 100_000
    static let maxTextBytes = 255

    let members: JSONObject
    let pointer: String

    init(members: JSONObject, pointer: String) {
        self.members = members
        self.pointer = pointer
    }

    init(_ value: JSONValue, at pointer: String) throws(UsageFormatError) {
        guard case .object(let members) = value else { throw UsageFormatError(pointer: pointer, rule: .object) }
        self.init(members: members, pointer: pointer)
    }

    /// The member with a name; `null` counts as absent.
    subscript(name: String) -> JSONValue? {
        guard let value = members[name], value != .null else { return nil }
        return value
    }

    func has(_ names: String...) -> Bool { names.contains { self[$0] != nil } }

    func error(_ name: String, _ rule: UsageFormatError.Rule) -> UsageFormatError {
        let escaped = name.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "~0")
            .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1")
        return UsageFormatError(pointer: "\(pointer)/\(escaped)", rule: rule)
    }

    /// A whole number from 0 on. Those who know only floating point write `12.0`.
    func count(_ name: String) throws(UsageFormatError) -> Int64? {
        guard let value = self[name] else { return nil }
        guard case .number(let text) = value else { throw error(name, .integer) }
        if let count = Int64(text), (0...UsageNode.maxTokens).contains(count) { return count }
        guard let plain = DecimalText.plain(text) else {
            // A number with an exponent that no count has, or with more digits than any number needs.
            throw error(name, text.contains(where: { ".eE".contains($0) }) ? .integer : .limit)
        }
        if plain.contains(".") { throw error(name, .integer) }
        if plain.hasPrefix("-") { throw error(name, .negative) }
        guard let count = Int64(plain), count <= UsageNode.maxTokens else { throw error(name, .limit) }
        return count
    }

    /// The first of some counts that is more than nothing, else nothing where one of them is stated.
    func count(firstOf names: String...) throws(UsageFormatError) -> Int64? {
        var stated: Int64?
        for name in names {
            guard let count = try count(name) else { continue }
            if count > 0 { return count }
            stated = count
        }
        return stated
    }

    /// The first of some objects that is there.
    func node(firstOf names: String...) throws(UsageFormatError) -> UsageNode? {
        for name in names {
            if let node = try node(name) { return node }
        }
        return nil
    }

    func node(_ name: String) throws(UsageFormatError) -> UsageNode? {
        guard let value = self[name] else { return nil }
        guard case .object(let members) = value else { throw error(name, .object) }
        return UsageNode(members: members, pointer: "\(pointer)/\(name)")
    }

    /// The objects of a list; what is not an object in it breaks a rule.
    func nodes(_ name: String, most: Int = maxElements) throws(UsageFormatError) -> [UsageNode]? {
        guard let value = self[name] else { return nil }
        guard case .array(let elements) = value else { throw error(name, .list) }
        if elements.count > most { throw error(name, .elements) }
        var nodes: [UsageNode] = []
        for (index, element) in elements.enumerated() {
            nodes.append(try UsageNode(element, at: "\(pointer)/\(name)/\(index)"))
        }
        return nodes
    }

    /// The objects among the elements of a list that says something about the answer, not about its price.
    func items(_ name: String) -> [UsageNode] {
        (self[name]?.arrayValue ?? []).prefix(UsageNode.maxElements).enumerated().compactMap { index, element in
            element.objectValue.map { UsageNode(members: $0, pointer: "\(pointer)/\(name)/\(index)") }
        }
    }

    /// The object with a name where anything else in its place says nothing about the price.
    func item(_ name: String) -> UsageNode? {
        self[name]?.objectValue.map { UsageNode(members: $0, pointer: "\(pointer)/\(name)") }
    }

    /// The first of some texts that is there.
    func text(firstOf names: String...) throws(UsageFormatError) -> String? {
        for name in names {
            if let text = try text(name) { return text }
        }
        return nil
    }

    func text(_ name: String) throws(UsageFormatError) -> String? {
        guard let text = self[name]?.stringValue, !text.isEmpty else { return nil }
        if text.utf8.count > UsageNode.maxTextBytes { throw error(name, .length) }
        return text
    }
}
