import ScripCore
import ScripJSON

/// Reads the fields of a record that a store keeps as JSON; what is missing or makes no sense is damage.
struct RecordFields {
    private let object: JSONObject
    private let kind: String

    init(_ bytes: [UInt8], kind: String) throws {
        guard let object = try? JSONValue.parse(bytes).objectValue else { throw RecordFields.damaged(kind, "json") }
        self.init(object, kind: kind)
    }

    init(_ object: JSONObject, kind: String) {
        self.object = object
        self.kind = kind
    }

    static func damaged(_ kind: String, _ field: String) -> StoreError {
        StoreError(.damaged, "A \(kind) is damaged: '\(field)'.")
    }

    func optionalText(_ name: String) -> String? { object[name]?.stringValue }

    func optionalInteger(_ name: String) -> Int64? { object[name]?.integerValue }

    func optionalTime(_ name: String) throws -> Timestamp? {
        try object[name]?.integerValue == nil ? nil : time(name)
    }

    func text(_ name: String) throws -> String {
        guard let text = optionalText(name) else { throw RecordFields.damaged(kind, name) }
        return text
    }

    func integer(_ name: String) throws -> Int64 {
        guard let value = optionalInteger(name) else { throw RecordFields.damaged(kind, name) }
        return value
    }

    func bool(_ name: String) throws -> Bool {
        guard let value = object[name]?.boolValue else { throw RecordFields.damaged(kind, name) }
        return value
    }

    func optionalBool(_ name: String) -> Bool? { object[name]?.boolValue }

    func time(_ name: String) throws -> Timestamp {
        guard let time = Timestamp(kept: try integer(name)) else { throw RecordFields.damaged(kind, name) }
        return time
    }

    func credits(_ name: String) throws -> Credits { Credits(nanocredits: try integer(name)) }

    func choice<Word: RawRepresentable>(_ name: String, as type: Word.Type = Word.self) throws -> Word
    where Word.RawValue == String {
        guard let word = Word(rawValue: try text(name)) else { throw RecordFields.damaged(kind, name) }
        return word
    }

    func nested(_ name: String) -> RecordFields? {
        object[name]?.objectValue.map { RecordFields($0, kind: kind) }
    }

    func list(_ name: String) -> [JSONValue] { object[name]?.arrayValue ?? [] }

    /// The members of an object.
    func members(_ name: String) -> [(String, JSONValue)] {
        (object[name]?.objectValue?.members ?? []).map { ($0.name, $0.value) }
    }

    /// The members of an object of objects.
    func table(_ name: String) -> [(String, RecordFields)] {
        members(name).compactMap { name, value in
            value.objectValue.map { (name, RecordFields($0, kind: kind)) }
        }
    }
}

/// Writes fields of a record, absent ones left out.
extension JSONWriter {
    mutating func kept(_ name: StaticString, _ text: String?) {
        guard let text else { return }
        self.name(name)
        string(text)
    }

    mutating func kept(_ name: StaticString, _ value: Int64?) {
        guard let value else { return }
        self.name(name)
        integer(value)
    }

    mutating func kept(_ name: StaticString, _ time: Timestamp?) { kept(name, time?.microseconds) }

    mutating func kept(_ name: StaticString, _ credits: Credits) { kept(name, credits.nanocredits) }
}
