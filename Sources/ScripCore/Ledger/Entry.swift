/// One immutable entry of an account's journal.
///
/// An entry carries everything that is needed to bring the state from before it to after it, without the catalog.
public struct Entry: Hashable, Sendable {
    /// The entry's number in its account's journal, from 1.
    public var seq: Int64
    /// What it records.
    public var kind: EntryKind
    /// Which credits, where the entry is about credits.
    public var creditType: CreditTypeID?
    /// By how much the account's credits changed: negative for charges, also for those of an unlimited allowance.
    public var amount: Credits = .zero
    /// Where credits were taken, put back, reserved or given back by holds.
    public var draws: [Draw] = []
    /// ``Balance/posted`` after the line.
    public var postedAfter: Credits = .zero
    /// ``Balance/available`` after the line.
    public var availableAfter: Credits = .zero
    /// The entry this one is about: a capture's hold, a refund's charge, an expiry's grant.
    public var subject: Int64?
    /// When it counts in the world.
    public var effectiveAt: Timestamp
    /// When Scrip wrote it.
    public var recordedAt: Timestamp
    /// The terms of the grant that this entry makes.
    public var terms: GrantTerms?
    /// Grants that this entry opens again, because a refund returns to them.
    public var reopened: [Reopened] = []
    /// The allowance after this entry; for an entry of kind ``EntryKind/allowance`` without one, it has ended.
    public var allowance: AllowanceState?
    /// What was used in periods that still run, after this entry; only for an entry of kind ``EntryKind/allowance``.
    public var remembered: [UsedPeriod] = []
    /// When the monthly grants of the allowance were to end that end with its period from this entry on.
    public var movedEnd: Timestamp?
    /// What lapsed of the allowance of the period that this entry ended; for an entry of kind
    /// ``EntryKind/grantExpired``, what a hold gave back of one that had ended.
    public var lapsed: Lapsed?
    /// The settings after this entry.
    public var settings: AccountSettings?
    /// The subscription after this entry.
    public var subscription: Subscription?
    /// When the hold ends.
    public var holdExpiresAt: Timestamp?
    /// How much of the charge was refunded in all, this entry included.
    public var refundedInAll: Credits?
    /// What was used.
    public var usage: Usage?
    /// The rating that decided the amount.
    public var rating: Rating?
    /// Why, in the words of who did it.
    public var reason: String?
    /// The stable code of the refusal that observe mode or tracking lifted.
    public var wouldDeny: String?
    /// For an entry of kind ``EntryKind/erasure``: the digest that the entry before it had until then.
    public var replacedDigest: Digest?
    /// Who did it: a key's id, a job, the command line.
    public var actor: String?
    /// The caller's name for the intent.
    public var idempotencyKey: IdempotencyKey?
    /// The digest of the request that came with the key.
    public var requestDigest: Digest?
    /// The digest of the request's meaning. Versions that compared only bytes did not store it.
    public var meaningDigest: Digest?

    /// What lapsed with a period.
    public struct Lapsed: Hashable, Sendable {
        /// The period that ended.
        public var period: BillingPeriod
        /// How much of its allowance was free.
        public var amount: Credits
    }

    /// A grant that a refund opens again.
    public struct Reopened: Hashable, Sendable {
        /// The grant.
        public var grant: GrantID
        /// Its terms.
        public var terms: GrantTerms
    }

    /// An entry of a kind, about some credits, at a time.
    public init(
        seq: Int64 = 0, kind: EntryKind, creditType: CreditTypeID? = nil, effectiveAt: Timestamp,
        recordedAt: Timestamp
    ) {
        self.seq = seq
        self.kind = kind
        self.creditType = creditType
        self.effectiveAt = effectiveAt
        self.recordedAt = recordedAt
    }

    /// The entry's id.
    public var id: EntryID { EntryID(seq: seq) }
}

/// An entry with its canonical bytes and its place in the account's chain of digests.
///
/// It is a reference, because it never changes and is passed around far more often than it is read.
public final class SealedEntry: Hashable, Sendable {
    /// The entry.
    public let entry: Entry
    /// The canonical JSON of the entry; see ``EntryCoding``.
    public let encoded: [UInt8]
    /// SHA-256 of the previous entry's digest followed by ``encoded``.
    public let digest: Digest

    /// Seals an entry after the one with digest `previous`.
    public init(_ entry: Entry, after previous: Digest) {
        self.entry = entry
        encoded = EntryCoding.encode(entry)
        digest = SealedEntry.digest(of: encoded, after: previous)
    }

    /// An entry read from a store.
    public init(entry: Entry, encoded: [UInt8], digest: Digest) {
        self.entry = entry
        self.encoded = encoded
        self.digest = digest
    }

    /// Equal digests over equal bytes mean equal entries.
    public static func == (left: SealedEntry, right: SealedEntry) -> Bool {
        left === right || (left.digest == right.digest && left.encoded == right.encoded && left.entry == right.entry)
    }

    /// Hashes the digest.
    public func hash(into hasher: inout Hasher) { hasher.combine(digest) }

    /// The digest of an entry's canonical bytes after the entry with digest `previous`.
    public static func digest(of encoded: [UInt8], after previous: Digest) -> Digest {
        var message = previous.bytes
        message.reserveCapacity(32 + encoded.count)
        message.append(contentsOf: encoded)
        return Digest(of: message)
    }
}
