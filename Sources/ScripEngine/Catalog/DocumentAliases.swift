import Yams

/// Refuses YAML's anchors and aliases: a few lines of them can stand for more values than fit any memory, and a reader
/// of a document should see each value where it counts.
enum DocumentAliases {
    private static let rule = "may not use anchors and aliases (&name, *name): write each value out"
    /// So few aliases cannot stand for more than some hundred values.
    private static let maxSuspects = 16

    /// Refuses what looks like many aliases before anything is composed, which alone could take for ever.
    static func refuseMany(in text: String) throws(CatalogProblem) {
        var anchors = 0
        var aliases = 0
        var mark: UInt8?
        var before = UInt8(ascii: "\n")
        for byte in text.utf8 {
            if let mark, byte > 0x20 {
                if mark == UInt8(ascii: "&") { anchors += 1 } else { aliases += 1 }
            }
            mark = isBoundary(before) && (byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*")) ? byte : nil
            before = byte
        }
        if anchors > 0 && aliases > maxSuspects { throw CatalogProblem(path: "", message: rule) }
    }

    private static func isBoundary(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte >= 0x80 || "[{,:-?'\"".utf8.contains(byte)
    }

    /// Refuses the first anchor. An alias comes after its anchor, so what it would repeat is never walked.
    static func refuse(in node: Node, path: String) throws(CatalogProblem) {
        if node.anchor != nil { throw CatalogProblem(line: node.mark?.line, path: path, message: rule) }
        switch node {
        case .mapping(let mapping):
            for (key, value) in mapping {
                try refuse(in: key, path: path)
                let name = key.string ?? ""
                try refuse(in: value, path: path.isEmpty ? name : "\(path).\(name)")
            }
        case .sequence(let sequence):
            for (index, element) in sequence.enumerated() { try refuse(in: element, path: "\(path)[\(index)]") }
        case .scalar, .alias: break
        }
    }
}
