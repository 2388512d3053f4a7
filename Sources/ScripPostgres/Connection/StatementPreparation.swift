import Synchronization

/// Whether the connections of a store prepare statements, so that the server plans each of them once.
///
/// A statement's name follows from its text, so a name never stands for another text. Where a pooler gives every
/// transaction another connection, a name is missing or already there; the first time that happens preparing ends for
/// good, and the transaction is done again.
final class StatementPreparation: Sendable {
    /// How many statements one connection prepares. Beyond that, the prepared ones stay in use; others are planned each
    /// time.
    static let maxStatements = 256

    private let isOn: Atomic<Bool>

    init(isOn: Bool) {
        self.isOn = Atomic(isOn)
    }

    /// Whether statements are prepared at present.
    var isInUse: Bool { isOn.load(ordering: .relaxed) }

    /// Ends preparing.
    func end() { isOn.store(false, ordering: .relaxed) }

    /// The name of a statement: its text's FNV-1a hash and length.
    static func name(of sql: String) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in sql.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return "scrip_\(String(hash, radix: 16))_\(sql.utf8.count)"
    }
}
