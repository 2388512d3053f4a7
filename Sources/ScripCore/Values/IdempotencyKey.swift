/// A name for one intent; the same key never moves credits twice in one account.
///
/// Different owners give names. Names of different owners never collide, so nobody can use up a name that
/// somebody else will need. Like all names, they are compared by their UTF-8 bytes.
public struct IdempotencyKey: Hashable, Sendable, CustomStringConvertible {
    /// The owner of a key: who gave it.
    public enum Owner: Hashable, Sendable {
        /// A server with an API key, or somebody at the command line.
        case caller
        /// One of the app's own users, by the issuer's name of them.
        case user(String)
        /// An event's own id.
        case event
        /// Scrip itself.
        case system
        /// Nobody knows: an earlier version wrote the entry. See ``Entry/carries(_:)``.
        case unstated
    }

    /// The most bytes of UTF-8 a name may have.
    public static let longestByteCount = 255

    /// The name, as its owner gave it.
    public let rawValue: String
    /// Who gave it.
    public let owner: Owner

    /// Takes a name that is already known to be valid. What nobody else vouches for is a caller's.
    public init(unchecked rawValue: String, owner: Owner = .caller) {
        self.rawValue = rawValue
        self.owner = owner
    }

    /// Checks a name by the rules of ``TextIdentifier``. What nobody else vouches for is a caller's.
    ///
    /// Returns `nil` when a rule is broken.
    public init?(_ text: String, owner: Owner = .caller) {
        guard let name = Name(text) else { return nil }
        self.init(unchecked: name.rawValue, owner: owner)
    }

    /// The name itself.
    public var description: String { rawValue }

    /// Whether owner and bytes are the same.
    public static func == (left: IdempotencyKey, right: IdempotencyKey) -> Bool {
        left.owner == right.owner && Name(unchecked: left.rawValue) == Name(unchecked: right.rawValue)
    }

    /// Hashes the name's bytes.
    public func hash(into hasher: inout Hasher) { Name(unchecked: rawValue).hash(into: &hasher) }

    /// The rules that names obey.
    private struct Name: TextIdentifier {
        static let longestByteCount = IdempotencyKey.longestByteCount
        let rawValue: String
        init(unchecked rawValue: String) { self.rawValue = rawValue }
    }
}

extension IdempotencyKey.Owner {
    /// What stands before users' names, in owners' texts and in actors.
    static let userPrefix = "user:"

    /// The owner as journals and databases keep it; empty where none is stated.
    public var text: String {
        switch self {
        case .caller: "caller"
        case .user(let subject): Self.userPrefix + subject
        case .event: "event"
        case .system: "system"
        case .unstated: ""
        }
    }

    /// Reads what ``text`` gives; `nil` for anything else.
    public init?(text: String) {
        switch text {
        case "caller": self = .caller
        case "event": self = .event
        case "system": self = .system
        case "": self = .unstated
        default:
            guard let subject = text.utf8(after: Self.userPrefix) else { return nil }
            self = .user(subject)
        }
    }

    /// Whether this is one of the app's users.
    public var isUser: Bool { if case .user = self { true } else { false } }

    /// Whether the texts' UTF-8 bytes are the same.
    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.caller, .caller), (.event, .event), (.system, .system), (.unstated, .unstated): true
        case (.user(let left), .user(let right)): left.utf8.elementsEqual(right.utf8)
        default: false
        }
    }

    /// Hashes the text's UTF-8 bytes.
    public func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

extension String {
    /// What follows a beginning, both as bytes, as neighbouring characters may melt together; `nil` without it.
    fileprivate func utf8(after beginning: String) -> String? {
        guard utf8.starts(with: beginning.utf8) else { return nil }
        return String(decoding: utf8.dropFirst(beginning.utf8.count), as: UTF8.self)
    }
}

/// What versions wrote that kept no owners.
extension IdempotencyKey {
    /// The name under which such a version would have kept this key.
    public var earlierName: String { owner.isUser ? Owner.userPrefix + rawValue : rawValue }
}

extension Entry {
    /// Whether the entry answered the intent that a key names.
    ///
    /// Entries of versions that kept no owners count for those who could have written them: Scrip's own are known by
    /// their digests and actors, users' by theirs, and the others are callers', or events' where they record usage.
    public func carries(_ key: IdempotencyKey) -> Bool {
        guard let own = idempotencyKey else { return false }
        if own.owner != .unstated { return own == key }
        guard own == IdempotencyKey(unchecked: key.earlierName, owner: .unstated) else { return false }
        switch key.owner {
        case .system: return isOfScripItself(own.rawValue)
        case .user(let subject):
            return isOfUser(own.rawValue) && actor?.utf8.elementsEqual(("user:" + subject).utf8) ?? false
        case .caller: return !isOfScripItself(own.rawValue) && !isOfUser(own.rawValue)
        case .event: return usage != nil && !isOfScripItself(own.rawValue) && !isOfUser(own.rawValue)
        case .unstated: return true
        }
    }

    /// The key as its owner gave it.
    public var statedKey: String? {
        guard let own = idempotencyKey else { return nil }
        let isMarked = own.owner == .unstated && isOfUser(own.rawValue)
        return (isMarked ? own.rawValue.utf8(after: "user:") : nil) ?? own.rawValue
    }

    private func isOfUser(_ name: String) -> Bool {
        name.utf8(after: "user:") != nil && actor?.utf8(after: "user:") != nil
    }

    /// Whether a version that kept no owners wrote the entry for Scrip itself: no caller could make these digests,
    /// which are of the name alone, nor bear these actors.
    func isOfScripItself(_ name: String) -> Bool {
        if name.hasPrefix("purchase:") { return requestDigest == Digest(of: Array(name.utf8)) }
        if let line = name.utf8(after: "rate-later:") { return requestDigest == Digest(of: Array(line.utf8)) }
        if name.hasPrefix("inbox:") { return actor?.hasPrefix("sql:") ?? false }
        return name.hasPrefix("replay-") && actor == "replay"
    }
}
