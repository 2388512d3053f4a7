import ScripCore
import ScripJSON

/// Members as callers see them: amounts as decimal strings, times in RFC 3339, absent ones as null.
extension JSONWriter {
    mutating func member(_ name: StaticString, _ value: String?) {
        self.name(name)
        string(value)
    }

    mutating func member(_ name: StaticString, _ value: Credits?) { member(name, value?.description) }

    mutating func member(_ name: StaticString, _ value: Timestamp?) { member(name, value?.text) }

    mutating func member(_ name: StaticString, _ value: Bool) {
        self.name(name)
        bool(value)
    }

    mutating func member(_ name: StaticString, _ value: Int64?) {
        self.name(name)
        if let value { integer(value) } else { null() }
    }

    /// A member that is JSON text already, or an empty object.
    mutating func member(_ name: StaticString, json: String?) {
        self.name(name)
        raw((json ?? "{}").utf8)
    }

    mutating func member(_ name: StaticString, object body: (inout JSONWriter) -> Void) {
        self.name(name)
        object(body)
    }

    mutating func member<Element>(
        _ name: StaticString, array elements: some Sequence<Element>, _ write: (inout JSONWriter, Element) -> Void
    ) {
        self.name(name)
        array { writer in
            for element in elements { writer.object { write(&$0, element) } }
        }
    }
}
