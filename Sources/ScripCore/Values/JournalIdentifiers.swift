import Crypto

/// An id that names an entry of an account's journal by its place, so that finding the entry needs no index.
///
/// In text it is a prefix, a tag made from the account's id, and the entry's number: `en_3f9a1c2b6d01_18`. It is
/// unique over all accounts for practical purposes and is opaque to callers.
public protocol JournalIdentifier: Hashable, Sendable, Comparable {
    /// The entry's number in the account's journal, from 1.
    var seq: Int64 { get }
    /// What the text begins with.
    static var prefix: String { get }
    /// The id of the entry with this number.
    init(seq: Int64)
}

extension JournalIdentifier {
    /// The id as callers see it.
    public func text(in tag: AccountTag) -> String {
        "\(Self.prefix)_\(tag.text)_\(seq)"
    }

    /// Reads what ``text(in:)`` printed for the same account; `nil` for anything else.
    public init?(_ text: String, in tag: AccountTag) {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == Self.prefix, parts[1] == tag.text, parts[2].utf8.count <= 18,
            let seq = Int64(parts[2]), seq > 0, parts[2].first != "0", parts[2].first != "+"
        else { return nil }
        self.init(seq: seq)
    }

    /// The earlier entry first.
    public static func < (left: Self, right: Self) -> Bool { left.seq < right.seq }
}

/// The id of any entry.
public struct EntryID: JournalIdentifier {
    public static let prefix = "en"
    public let seq: Int64
    public init(seq: Int64) { self.seq = seq }
}

/// The id of a grant: the entry that recorded it.
public struct GrantID: JournalIdentifier {
    public static let prefix = "gr"
    public let seq: Int64
    public init(seq: Int64) { self.seq = seq }
}

/// The id of a hold: the entry that placed it.
public struct HoldID: JournalIdentifier {
    public static let prefix = "ho"
    public let seq: Int64
    public init(seq: Int64) { self.seq = seq }
}

/// Twelve hexadecimal digits that stand for an account inside ids: the start of the SHA-256 of its id.
public struct AccountTag: Hashable, Sendable {
    /// The digits.
    public let text: String

    /// The tag of an account.
    public init(_ account: AccountID) {
        text = Digest.hexadecimal(SHA256.hash(data: Array(account.rawValue.utf8)).prefix(6))
    }
}
