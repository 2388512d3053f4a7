import ScripJSON

/// Writing of kept fields: amounts in nanocredits, times in microseconds, absent fields left out.
extension JSONWriter {
    mutating func field(_ name: StaticString, _ value: Int64?) {
        guard let value else { return }
        self.name(name)
        integer(value)
    }

    mutating func field(_ name: StaticString, _ value: Credits?) { field(name, value?.nanocredits) }

    mutating func field(_ name: StaticString, nonzero value: Credits) {
        if !value.isZero { field(name, value) }
    }

    mutating func field(_ name: StaticString, _ value: Timestamp?) { field(name, value?.microseconds) }

    mutating func field(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        self.name(name)
        string(value)
    }

    mutating func field(_ name: StaticString, flag: Bool) {
        guard flag else { return }
        self.name(name)
        bool(true)
    }

    mutating func list<Value>(
        _ name: StaticString, _ values: [Value], _ write: (inout JSONWriter, Value) -> Void
    ) {
        if values.isEmpty { return }
        self.name(name)
        array { writer in
            for value in values { writer.object { write(&$0, value) } }
        }
    }

    mutating func nested<Value>(_ name: StaticString, _ value: Value?, _ write: (inout JSONWriter, Value) -> Void) {
        guard let value else { return }
        self.name(name)
        object { write(&$0, value) }
    }
}
