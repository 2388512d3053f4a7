import Crypto
import ScripCore

/// Where an entry of a journal lies.
struct EntryPlace: Hashable, Sendable {
    /// The entry's number in its account's journal.
    var seq: Int64
    /// Its place among the entries of all journals.
    var position: Int64
}

/// An entry as it is found again when a database is opened.
struct PlacedEntry: Sendable {
    var account: AccountID
    var line: EntryPlace
    var key: KeyDigest?
}

/// What stands for an account's idempotency key in memory and in the index: 64 bits of a SHA-256 digest.
///
/// Two keys may share one; who looks a key up compares the entry's own key.
struct KeyDigest: Hashable, Sendable, Comparable {
    let bits: Int64

    init(bits: Int64) {
        self.bits = bits
    }

    init(_ key: IdempotencyKey, of account: AccountID) {
        var digest = SHA256()
        var name = account.rawValue
        name.withUTF8 { digest.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        withUnsafeBytes(of: UInt8(0)) { digest.update(bufferPointer: $0) }
        name = key.rawValue
        name.withUTF8 { digest.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        // The few other owners' entries of one name share a digest with those of earlier versions, so that one look-up
        // finds both. Users may be many.
        if key.owner.isUser {
            withUnsafeBytes(of: UInt8(0)) { digest.update(bufferPointer: $0) }
            name = key.owner.text
            name.withUTF8 { digest.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        }
        bits = digest.finalize().withUnsafeBytes { Int64(bitPattern: $0.loadUnaligned(as: UInt64.self)) }
    }

    static func < (left: KeyDigest, right: KeyDigest) -> Bool { left.bits < right.bits }
}
