/// How documents of issuers are fetched: key sets and discovery documents.
public protocol DocumentFetching: Sendable {
    /// The bytes of a document.
    /// - Throws: whatever kept it from being fetched completely, or that it is longer than `maxBytes`.
    func document(at address: String, maxBytes: Int) async throws -> [UInt8]
}

/// Which addresses documents may be fetched from.
enum DocumentAddress {
    /// Whether an address is by https, or by http on this machine.
    static func isSafe(_ address: String) -> Bool {
        if address.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) { return false }
        if address.hasPrefix("https://") { return address.utf8.count > "https://".utf8.count }
        guard address.hasPrefix("http://") else { return false }
        let rest = address.dropFirst("http://".count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let isBracketed = authority.hasPrefix("[")
        let host = isBracketed ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        return !authority.contains("@") && ["127.0.0.1", "localhost", "[::1]"].contains(String(host))
    }
}
