import ScripCore
import ScripJSON

extension UsageNode {
    /// What is counted beside the known members, in objects and lists among them, too.
    /// - Parameters:
    ///   - known: the members that the reader of the shape reads, or knows to be part of what it reads.
    ///   - isWholeAnswer: whether the object is a whole answer, of which most is no usage; then only its own numbers
    ///     are looked at, and only those whose names say that they are counts.
    /// - Throws: ``UsageFormatError/Rule/unknownCount`` for one of a cache: these are a part of others and cost less,
    ///   so that nobody can say what the rest of the call costs.
    func unknownCounts(
        besides known: Set<String>, isWholeAnswer: Bool = false
    ) throws(UsageFormatError) -> UnknownCounts {
        var found = UnknownCounts()
        for member in members.members where !known.contains(member.name) {
            if isWholeAnswer {
                let isNested = member.value.objectValue != nil || member.value.arrayValue != nil
                let words = CountName.words(member.name)
                let isCount = CountName.isOfTokens(member.name) || CountName.isOfCache(member.name)
                if isNested || !(isCount || words.contains("count")) { continue }
            }
            try look(into: member, isOfCache: false, &found)
        }
        return found
    }

    private func look(
        into member: JSONObject.Member, isOfCache: Bool, _ found: inout UnknownCounts
    ) throws(UsageFormatError) {
        let name = member.name
        if CountName.isNoCount(name) { return }
        let isOfCache = isOfCache || CountName.isOfCache(name)
        let text: String
        switch member.value {
        case .object(let inner):
            let node = UsageNode(members: inner, pointer: error(name, .object).pointer)
            for member in inner.members { try node.look(into: member, isOfCache: isOfCache, &found) }
            return
        case .array(let elements):
            for (index, element) in elements.prefix(UsageNode.maxElements).enumerated() {
                guard case .object(let inner) = element else { continue }
                let node = UsageNode(members: inner, pointer: "\(error(name, .object).pointer)/\(index)")
                for member in inner.members {
                    try node.look(into: member, isOfCache: isOfCache, &found)
                }
            }
            return
        case .number(let number): text = number
        case .string(let string) where UsageNode.isNumber(string): text = string
        default: return
        }
        guard let count = UsageNode.begun(text) else {
            // Neither zero nor anything that could be counted.
            if isOfCache { throw error(name, .unknownCount) }
            if CountName.isOfTokens(name) { throw error(name, text.hasPrefix("-") ? .negative : .limit) }
            return
        }
        if count == 0 { return }
        if isOfCache { throw error(name, .unknownCount) }
        found.add(name, count)
    }

    /// Whether a text could be a number that somebody wrote as text.
    private static func isNumber(_ text: String) -> Bool { DecimalText.plain(text) != nil }

    /// A number from 0 on, counting what was begun as whole; `nil` for one below, and for one beyond every count.
    private static func begun(_ text: String) -> Int64? {
        guard let plain = DecimalText.plain(text), !plain.hasPrefix("-") else { return nil }
        let parts = plain.split(separator: ".")
        guard let whole = parts.first.flatMap({ Int64($0) }), whole <= maxTokens else { return nil }
        return parts.count > 1 ? TokenCounts.sum(whole, 1) : whole
    }

    /// Makes sure that an object counts nothing but what is known, where anything else would have a price of its own.
    func requireOnly(_ known: Set<String>) throws(UsageFormatError) {
        for member in members.members where !known.contains(member.name) {
            let text: String
            switch member.value {
            case .number(let number): text = number
            case .string(let string) where UsageNode.isNumber(string): text = string
            default: continue
            }
            if UsageNode.begun(text) != 0 { throw error(member.name, .unknownCount) }
        }
    }

    /// Objects of details that go by several names, as one.
    /// - Throws: ``UsageFormatError/Rule/inconsistent`` where two of them state the same part differently.
    func details(_ names: [String]) throws(UsageFormatError) -> UsageNode? {
        var joined: UsageNode?
        for name in names {
            guard let node = try node(name) else { continue }
            joined = try joined?.joined(with: node) ?? node
        }
        return joined
    }

    private func joined(with other: UsageNode) throws(UsageFormatError) -> UsageNode {
        func isNothing(_ value: JSONValue?) -> Bool {
            if case .number(let text)? = value { return UsageNode.begun(text) == 0 }
            return value == nil
        }
        var all = members.members
        for member in other.members.members where !isNothing(other[member.name]) {
            let mine = self[member.name]
            if !isNothing(mine) && mine != member.value { throw other.error(member.name, .inconsistent) }
            all.removeAll { $0.name == member.name }
            all.append(member)
        }
        return UsageNode(members: JSONObject(all), pointer: all == other.members.members ? other.pointer : pointer)
    }
}
