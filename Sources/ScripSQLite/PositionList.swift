import ScripEngine

/// Ascending positions of entries as bytes: the first one, then the steps, each in groups of seven bits, lowest first.
enum PositionList {
    static func encode(_ positions: [Int64]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(positions.count * 3 + 8)
        var previous: Int64 = 0
        for position in positions {
            var rest = UInt64(position - previous)
            previous = position
            while rest >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            bytes.append(UInt8(rest))
        }
        return bytes
    }

    static func decode(_ bytes: [UInt8]) throws -> [Int64] {
        var positions: [Int64] = []
        positions.reserveCapacity(bytes.count)
        var previous: UInt64 = 0
        var step: UInt64 = 0
        var shift: UInt64 = 0
        for byte in bytes {
            step |= UInt64(byte & 0x7F) << shift
            shift += 7
            if byte & 0x80 != 0 {
                if shift > 56 { throw StoreError(.damaged, "A list of positions is damaged.") }
                continue
            }
            let next = previous.addingReportingOverflow(step)
            guard step > 0, !next.overflow, let position = Int64(exactly: next.partialValue) else {
                throw StoreError(.damaged, "A list of positions is damaged.")
            }
            previous = next.partialValue
            positions.append(position)
            (step, shift) = (0, 0)
        }
        if shift != 0 { throw StoreError(.damaged, "A list of positions is damaged.") }
        return positions
    }
}
