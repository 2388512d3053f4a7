import ScripJSON
import ScripWire

extension JSONWriter {
    /// What rows of a list are called that cannot be read and are left out; nothing where there are none.
    mutating func damaged(_ names: [String]) {
        if !names.isEmpty { member("damaged", array: names) { $0.string($1) } }
    }
}
