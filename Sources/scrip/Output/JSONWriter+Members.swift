import ScripCore
import ScripJSON

extension JSONWriter {
    mutating func member(_ name: StaticString, _ text: String?) {
        self.name(name)
        string(text)
    }

    mutating func member(_ name: StaticString, _ amount: Credits?) { member(name, amount?.description) }

    mutating func member(_ name: StaticString, _ moment: Timestamp?) { member(name, moment?.text) }

    mutating func member(_ name: StaticString, _ truth: Bool) {
        self.name(name)
        bool(truth)
    }

    mutating func member(_ name: StaticString, _ number: some BinaryInteger) {
        self.name(name)
        integer(number)
    }

    mutating func member(_ name: StaticString, json: String?) {
        self.name(name)
        if let json { raw(json.utf8) } else { object { _ in } }
    }

    /// One object by itself.
    static func document(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.object(body)
        return writer.bytes
    }
}
