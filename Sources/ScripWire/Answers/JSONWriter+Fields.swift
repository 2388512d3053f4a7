import ScripCore
import ScripJSON

/// Members as callers see them: amounts as decimal strings, times in RFC 3339, absent ones as null.
extension JSONWriter {
    /// One object by itself.
    package static func document(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.object(body)
        return writer.bytes
    }

    package mutating func member(_ name: StaticString, _ value: String?) {
        self.name(name)
        string(value)
    }

    package mutating func member(_ name: StaticString, _ value: Credits?) { member(name, value?.description) }

    package mutating func member(_ name: StaticString, _ value: Timestamp?) { member(name, value?.text) }

    /// Writes a number, which is a whole one for all but few.
    package mutating func member(_ name: StaticString, _ value: Quantity) {
        self.name(name)
        raw(value.description.utf8)
    }

    package mutating func member(_ name: StaticString, _ value: Bool) {
        self.name(name)
        bool(value)
    }

    package mutating func member(_ name: StaticString, _ value: some BinaryInteger) {
        self.name(name)
        integer(value)
    }

    package mutating func member(_ name: StaticString, _ value: Int64?) {
        self.name(name)
        if let value { integer(value) } else { null() }
    }

    /// A member that is JSON text already, or an empty object.
    package mutating func member(_ name: StaticString, json: String?) {
        self.name(name)
        raw((json ?? "{}").utf8)
    }

    package mutating func member(_ name: StaticString, object body: (inout JSONWriter) -> Void) {
        self.name(name)
        object(body)
    }

    package mutating func member<Element>(
        _ name: StaticString, array elements: some Sequence<Element>, _ write: (inout JSONWriter, Element) -> Void
    ) {
        self.name(name)
        array { writer in
            for element in elements { writer.object { write(&$0, element) } }
        }
    }
}
