import ScripJSON

/// Why kept bytes cannot be read back: a field that is missing or does not make sense.
public struct CodingProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Which field.
    public var field: String

    /// A sentence for people.
    public var description: String { "the kept field '\(field)' is missing or damaged" }
}

/// Reading of kept JSON objects, field by field.
struct KeptFields {
    let object: JSONObject

    init(_ value: JSONValue?, _ field: String) throws(CodingProblem) {
        guard let object = value?.objectValue else { throw CodingProblem(field: field) }
        self.object = object
    }

    init(parsing bytes: [UInt8]) throws(CodingProblem) {
        guard let value = try? JSONValue.parse(bytes) else { throw CodingProblem(field: "(json)") }
        try self.init(value, "(json)")
    }

    func has(_ name: String) -> Bool { object[name] != nil }

    func integer(_ name: String) throws(CodingProblem) -> Int64 {
        guard let value = object[name]?.integerValue else { throw CodingProblem(field: name) }
        return value
    }

    func optionalInteger(_ name: String) throws(CodingProblem) -> Int64? {
        has(name) ? try integer(name) : nil
    }

    /// The number of an entry, of a version or of the like: not negative, and so far from the largest number that
    /// counting on never ends there.
    func sequence(_ name: String) throws(CodingProblem) -> Int64 {
        let value = try integer(name)
        guard (0...AccountState.largestSequence).contains(value) else { throw CodingProblem(field: name) }
        return value
    }

    /// An amount; the one number without an opposite is no amount.
    func credits(_ name: String) throws(CodingProblem) -> Credits {
        let value = try integer(name)
        if value == .min { throw CodingProblem(field: name) }
        return Credits(nanocredits: value)
    }

    func optionalCredits(_ name: String) throws(CodingProblem) -> Credits? {
        has(name) ? try credits(name) : nil
    }

    func time(_ name: String) throws(CodingProblem) -> Timestamp {
        guard let time = Timestamp(kept: try integer(name)) else { throw CodingProblem(field: name) }
        return time
    }

    func optionalTime(_ name: String) throws(CodingProblem) -> Timestamp? { has(name) ? try time(name) : nil }

    func text(_ name: String) throws(CodingProblem) -> String {
        guard let value = object[name]?.stringValue else { throw CodingProblem(field: name) }
        return value
    }

    func optionalText(_ name: String) throws(CodingProblem) -> String? { has(name) ? try text(name) : nil }

    func identifier<ID: TextIdentifier>(_ name: String, as type: ID.Type = ID.self) throws(CodingProblem) -> ID {
        ID(unchecked: try text(name))
    }

    func optionalIdentifier<ID: TextIdentifier>(
        _ name: String, as type: ID.Type = ID.self
    ) throws(CodingProblem) -> ID? {
        has(name) ? try identifier(name, as: type) : nil
    }

    func choice<Value: RawRepresentable<String>>(
        _ name: String, as type: Value.Type = Value.self
    ) throws(CodingProblem) -> Value {
        guard let value = Value(rawValue: try text(name)) else { throw CodingProblem(field: name) }
        return value
    }

    func dollars(_ name: String) throws(CodingProblem) -> Dollars? {
        guard let text = try optionalText(name) else { return nil }
        guard let value = Dollars(text) else { throw CodingProblem(field: name) }
        return value
    }

    func flag(_ name: String) -> Bool { object[name]?.boolValue ?? false }

    func list<Value>(
        _ name: String, _ read: (KeptFields) throws(CodingProblem) -> Value
    ) throws(CodingProblem) -> [Value] {
        guard let values = object[name] else { return [] }
        guard let elements = values.arrayValue else { throw CodingProblem(field: name) }
        var list: [Value] = []
        list.reserveCapacity(elements.count)
        for element in elements { list.append(try read(KeptFields(element, name))) }
        return list
    }

    func nested<Value>(
        _ name: String, _ read: (KeptFields) throws(CodingProblem) -> Value
    ) throws(CodingProblem) -> Value? {
        has(name) ? try read(KeptFields(object[name], name)) : nil
    }
}
