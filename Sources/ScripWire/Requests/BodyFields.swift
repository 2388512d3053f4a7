import ScripCore
import ScripJSON

/// Reads the fields of a request's object. Collects all errors, and refuses unknown fields.
public struct BodyFields {
    private let object: JSONObject
    private let path: String
    private var known: Set<String> = []
    /// What is wrong so far.
    public private(set) var issues: [ValidationError.Issue] = []

    /// Reads the fields of an object. Any other value is an issue.
    public init(_ value: JSONValue, path: String = "#") {
        self.path = path
        if case .object(let object) = value {
            self.object = object
        } else {
            object = JSONObject()
            issues.append(ValidationError.Issue(pointer: path, detail: "must be a JSON object"))
        }
    }

    /// Whether the object has no fields.
    public var isEmpty: Bool { object.members.isEmpty }

    /// Whether a field is there that is not null and has none of these names.
    public func hasMore(than names: Set<String>) -> Bool {
        object.members.contains { $0.value != .null && !names.contains($0.name) }
    }

    /// Records an error in a field.
    public mutating func refuse(_ name: String, _ detail: String) {
        issues.append(ValidationError.Issue(pointer: "\(path)/\(name)", detail: detail))
    }

    /// The value of a field; `nil` when it is absent.
    public mutating func raw(_ name: String) -> JSONValue? {
        known.insert(name)
        return object[name]
    }

    /// The value of a field; `nil` when it is absent or null.
    private mutating func present(_ name: String) -> JSONValue? {
        let value = raw(name)
        return value == .null ? nil : value
    }

    /// Whether a field is there and null.
    public mutating func isNull(_ name: String) -> Bool { raw(name) == .null }

    /// A text of limited length.
    public mutating func text(_ name: String, maxBytes: Int = Limits.textBytes) -> String? {
        guard let value = present(name) else { return nil }
        guard let text = value.stringValue else {
            refuse(name, "must be a string")
            return nil
        }
        if text.utf8.count > maxBytes {
            refuse(name, "may have at most \(maxBytes) bytes")
            return nil
        }
        return text
    }

    /// A text that is required and must not be empty.
    public mutating func requiredText(_ name: String, maxBytes: Int = Limits.textBytes) -> String {
        let before = issues.count
        if let text = text(name, maxBytes: maxBytes), !text.isEmpty { return text }
        if issues.count == before { refuse(name, "is required") }
        return ""
    }

    /// One of all values of a type, by its word.
    public mutating func choice<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String, of type: Value.Type
    ) -> Value? {
        choice(name, among: Array(type.allCases)) { $0.rawValue }
    }

    /// One of all values of a type, by its word, that must be there.
    public mutating func requiredChoice<Value: RawRepresentable<String> & CaseIterable>(
        _ name: String, of type: Value.Type
    ) -> Value? {
        let before = issues.count
        let value = choice(name, of: type)
        if value == nil && issues.count == before { refuse(name, "is required") }
        return value
    }

    /// One of some values, by the words that callers know them by.
    public mutating func choice<Value>(
        _ name: String, among values: [Value], word: (Value) -> String
    ) -> Value? {
        guard let text = text(name) else { return nil }
        if let value = values.first(where: { word($0) == text }) { return value }
        refuse(name, "must be one of \(values.map(word).joined(separator: ", "))")
        return nil
    }

    /// A whole number in a range.
    public mutating func integer(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        guard let value = present(name) else { return nil }
        guard case .number(let text) = value,
            let number = DecimalText.plain(text).flatMap({ Int64($0) }),
            range.contains(number)
        else {
            refuse(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// A truth value.
    public mutating func bool(_ name: String) -> Bool? {
        guard let value = present(name) else { return nil }
        guard let truth = value.boolValue else {
            refuse(name, "must be true or false")
            return nil
        }
        return truth
    }

    /// A decimal number as its plain text. It may be a string or a JSON number, with or without a power of ten.
    public mutating func decimal(_ name: String, fractionDigits: Int = 9) -> String? {
        guard let value = present(name) else { return nil }
        return decimal(value, of: name, fractionDigits: fractionDigits)
    }

    private mutating func decimal(_ value: JSONValue, of name: String, fractionDigits: Int) -> String? {
        let stated: String? =
            switch value {
            case .string(let text): text
            case .number(let text): text
            default: nil
            }
        guard let stated, let plain = DecimalText.plain(stated),
            DecimalText.digitCounts(ofPlain: plain).whole <= 20
        else {
            refuse(
                name,
                "must be a decimal number such as 0.5, with at most \(fractionDigits) digits after the point"
            )
            return nil
        }
        if DecimalText.digitCounts(ofPlain: plain).fraction > fractionDigits {
            refuse(name, "may have at most \(fractionDigits) digits after the point, and has more")
            return nil
        }
        return plain
    }

    /// A moment.
    public mutating func time(_ name: String) -> Timestamp? {
        guard let text = text(name) else { return nil }
        guard let time = RFC3339.parse(text), (0..<Timestamp.latest.microseconds + 1_000_000).contains(time) else {
            refuse(name, "must be an RFC 3339 time from 1970 on, such as 2026-03-01T10:00:00Z")
            return nil
        }
        return Timestamp(microseconds: time)
    }

    /// The caller's own object, as compact JSON of limited size and depth.
    public mutating func metadata(
        _ name: String, maxBytes: Int = Limits.metadataBytes, depth: Int = Limits.metadataDepth
    ) -> String? {
        guard let value = present(name) else { return nil }
        guard value.objectValue != nil else {
            refuse(name, "must be a JSON object")
            return nil
        }
        var writer = JSONWriter()
        writer.value(value)
        if writer.bytes.count > maxBytes || BodyFields.depth(of: value) > depth {
            issues.append(
                ValidationError.Issue(
                    pointer: "\(path)/\(name)", detail: "may have at most \(maxBytes) bytes and \(depth) levels",
                    code: Rejection.Kind.metadataTooLarge.rawValue
                )
            )
            return nil
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func depth(of value: JSONValue) -> Int {
        switch value {
        case .array(let elements): 1 + (elements.map { depth(of: $0) }.max() ?? 0)
        case .object(let object): 1 + (object.members.map { depth(of: $0.value) }.max() ?? 0)
        default: 0
        }
    }

    /// An object whose fields are read by `read`.
    public mutating func nested<Value>(_ name: String, _ read: (inout BodyFields) -> Value?) -> Value? {
        guard let value = present(name) else { return nil }
        var fields = BodyFields(value, path: "\(path)/\(name)")
        let result = read(&fields)
        fields.refuseUnknown()
        issues += fields.issues
        return fields.issues.isEmpty ? result : nil
    }

    /// An object of named numbers, each 0 or more. Numbers may be written as text, as everywhere.
    public mutating func counts(_ name: String) -> [String: DecimalNumber]? {
        guard let value = present(name) else { return nil }
        guard let object = value.objectValue else {
            refuse(name, "must be an object of numbers")
            return nil
        }
        var counts: [String: DecimalNumber] = [:]
        for member in object.members where member.value != .null {
            let place = "\(name)/\(member.name)"
            switch member.value {
            case .number, .string: break
            default:
                refuse(place, "must be a number, 0 or more")
                continue
            }
            let stated = decimal(member.value, of: place, fractionDigits: 9)
            guard let count = stated.flatMap({ DecimalNumber($0) }) else { continue }
            if count.isNegative {
                refuse(place, "must be a number, 0 or more")
            } else {
                counts[member.name] = count
            }
        }
        return counts
    }

    private mutating func refuseUnknown() {
        for member in object.members where !known.contains(member.name) {
            refuse(member.name, "is not a field of this request")
        }
    }

    /// Ends the reading.
    /// - Throws: ``ValidationError`` if there was any error or any unknown field.
    public mutating func finish() throws(ValidationError) {
        refuseUnknown()
        if !issues.isEmpty { throw ValidationError(issues) }
    }
}
