import ScripCore
import ScripJSON

/// Which chain of records a change belongs to: its account's, or that of the changes that concern no single account.
public struct AuditChain: Sendable, Hashable, Comparable {
    // Compared as accounts are: by bytes, and not by what texts look like.
    private let id: AccountID

    /// The chain of an account, or of everything that concerns none.
    public init(_ account: AccountID?) {
        id = account ?? AccountID(unchecked: "")
    }

    /// The chain that a store keeps under a name.
    public init(name: String) {
        id = AccountID(unchecked: name)
    }

    /// The account's id; empty for the chain of everything else.
    public var name: String { id.rawValue }

    /// The account whose changes it records; `nil` for the chain of everything else.
    public var account: AccountID? { name.isEmpty ? nil : id }

    /// Order of the names' bytes.
    public static func < (left: AuditChain, right: AuditChain) -> Bool { left.id < right.id }
}

/// One change by a person or a key: who, what, before, after, why, from where, when.
public struct AuditRecord: Sendable, Hashable {
    /// Its place in its chain, from 1.
    public var seq: Int64
    /// When it was written.
    public var recordedAt: Timestamp
    /// What was done.
    public var change: AuditedChange
    /// The actor that the journal names.
    public var actor: String?
    /// Who stands behind it, and from where.
    public var caller: Caller
    /// The caller's name for the intent.
    public var idempotencyKey: String?

    /// The chain it belongs to.
    public var chain: AuditChain { AuditChain(change.account) }
    /// Who did it, as one id: a key's, an operator's, a user's.
    public var actorID: String? { caller.id ?? actor }
    /// The id, `au_`, a tag of its chain, and its number.
    public var id: String { "au_\(AccountTag(AccountID(unchecked: chain.name)).text)_\(seq)" }
}

/// What was changed, and from what to what. Secrets have no place in it.
public struct AuditedChange: Sendable, Hashable {
    /// What was done.
    public var action: AuditAction
    /// The account it was done to; `nil` when it concerns no single account.
    public var account: AccountID?
    /// The thing that was changed: a grant, a key, a version of the catalog.
    public var subject: String?
    /// The entry of the account's journal that carries it out.
    public var entry: Int64?
    /// The old values of what changes; `nil` for something new.
    public var before: JSONValue?
    /// The new values.
    public var after: JSONValue?
    /// Why.
    public var reason: String?

    /// Makes a change for the audit log.
    public init(
        _ action: AuditAction, account: AccountID? = nil, subject: String? = nil, entry: Int64? = nil,
        before: JSONValue? = nil, after: JSONValue? = nil, reason: String? = nil
    ) {
        self.action = action
        self.account = account
        self.subject = subject
        self.entry = entry
        self.before = before
        self.after = after
        self.reason = reason
    }
}

/// A record as a store keeps it: the canonical bytes with their digest, and what it is found by.
public struct StoredAuditRecord: Sendable, Hashable {
    /// Its chain.
    public var chain: AuditChain
    /// Its place in the chain, from 1.
    public var seq: Int64
    /// When it was written.
    public var recordedAt: Timestamp
    /// What was done.
    public var action: String
    /// Who did it, as one id.
    public var actor: String?
    /// The canonical JSON; see ``AuditCoding``.
    public var body: [UInt8]
    /// SHA-256 of the digest of the record before it followed by ``body``.
    public var digest: Digest

    /// A record as it was kept.
    public init(
        chain: AuditChain, seq: Int64, recordedAt: Timestamp, action: String, actor: String?, body: [UInt8],
        digest: Digest
    ) {
        self.chain = chain
        self.seq = seq
        self.recordedAt = recordedAt
        self.action = action
        self.actor = actor
        self.body = body
        self.digest = digest
    }

    /// Seals a record after the one with digest `previous`.
    init(_ record: AuditRecord, after previous: Digest) {
        let body = AuditCoding.encode(record)
        self.init(
            chain: record.chain, seq: record.seq, recordedAt: record.recordedAt, action: record.change.action.rawValue,
            actor: record.actorID, body: body, digest: SealedEntry.digest(of: body, after: previous)
        )
    }

    /// What the record says.
    /// - Throws: ``StoreError`` when it is damaged.
    public func record() throws -> AuditRecord {
        do {
            return try AuditCoding.decode(body)
        } catch {
            throw StoreError(.damaged, "An audit record is damaged: \(error).")
        }
    }
}

/// Where a chain ends. It is kept apart from the records, so that a chain that was cut short is noticed.
public struct AuditHead: Sendable, Hashable {
    /// The number of the last record.
    public var seq: Int64
    /// The digest of the last record.
    public var digest: Digest

    /// The end of a chain.
    public init(seq: Int64, digest: Digest) {
        self.seq = seq
        self.digest = digest
    }
}

/// Which records are wanted; they come newest first.
public struct AuditQuery: Sendable, Hashable {
    /// The place of a record among those of all chains.
    public struct Place: Sendable, Hashable, Comparable {
        /// When it was written.
        public var recordedAt: Timestamp
        /// Its chain.
        public var chain: AuditChain
        /// Its place in the chain.
        public var seq: Int64

        /// A place.
        public init(recordedAt: Timestamp, chain: AuditChain, seq: Int64) {
            self.recordedAt = recordedAt
            self.chain = chain
            self.seq = seq
        }

        /// The earlier first; at the same moment, in order of chains.
        public static func < (left: Place, right: Place) -> Bool {
            (left.recordedAt, left.chain, left.seq) < (right.recordedAt, right.chain, right.seq)
        }
    }

    /// Only of this account.
    public var account: AccountID?
    /// Only by this key, operator or user.
    public var actor: String?
    /// Only of this kind.
    public var action: AuditAction?
    /// Only from this moment on.
    public var from: Timestamp?
    /// Only before this moment.
    public var to: Timestamp?
    /// Only records that come after this one in the answer, and so are older.
    public var before: Place?
    /// How many at most.
    public var limit: Int

    /// The newest records.
    public init(account: AccountID? = nil, limit: Int = 50) {
        self.account = account
        self.limit = limit
    }

    /// Whether a record is wanted.
    public func matches(_ record: StoredAuditRecord) -> Bool {
        if let account, record.chain != AuditChain(account) { return false }
        if let actor, record.actor != actor { return false }
        if let action, record.action != action.rawValue { return false }
        if let from, record.recordedAt < from { return false }
        if let to, record.recordedAt >= to { return false }
        if let before, record.place >= before { return false }
        return true
    }
}

extension StoredAuditRecord {
    /// Its place among the records of all chains.
    public var place: AuditQuery.Place { AuditQuery.Place(recordedAt: recordedAt, chain: chain, seq: seq) }
}
