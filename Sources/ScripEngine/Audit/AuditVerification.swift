import ScripCore

/// What recomputing the chains of audit records found.
public struct AuditVerification: Sendable, Hashable {
    /// How many chains were recomputed.
    public var chainCount = 0
    /// How many records were read.
    public var recordCount = 0
    /// What does not agree, in order of chains.
    public var differences: [Difference] = []

    /// Whether everything agrees.
    public var isClean: Bool { differences.isEmpty }

    /// One thing that does not agree.
    public struct Difference: Sendable, Hashable {
        /// The chain.
        public var chain: AuditChain
        /// The record, when one can be named.
        public var seq: Int64?
        /// What is wrong.
        public var description: String
    }

    mutating func add(_ check: AuditCheck) {
        chainCount += 1
        recordCount += check.count
        if let difference = check.difference { differences.append(difference) }
    }
}

/// Follows one chain from its beginning to its end and notes the first thing that is wrong.
public struct AuditCheck: Sendable {
    /// The chain.
    public let chain: AuditChain
    /// How many records were read.
    public private(set) var count = 0
    /// The number of the last record that was read; 0 before the first.
    public private(set) var readThrough: Int64 = 0
    /// The first thing that is wrong.
    public private(set) var difference: AuditVerification.Difference?
    /// The number of the last entry of the account's journal that a record names; 0 for none.
    private(set) var lastLine: Int64 = 0
    private var digest = Digest.none

    /// A check of a chain.
    public init(chain: AuditChain) {
        self.chain = chain
    }

    /// Follows the next record in order of numbers.
    public mutating func read(_ stored: StoredAuditRecord) {
        let expected = readThrough + 1
        count += 1
        readThrough = max(stored.seq, expected)
        defer { digest = stored.digest }
        if stored.seq != expected {
            return note(stored.seq, "expected record \(expected), found record \(stored.seq)")
        }
        if SealedEntry.digest(of: stored.body, after: digest) != stored.digest {
            return note(stored.seq, "the record's digest does not follow from the record before")
        }
        guard let record = try? AuditCoding.decode(stored.body), AuditCoding.encode(record) == stored.body else {
            return note(stored.seq, "the record is damaged")
        }
        if record.chain != chain || stored.chain != chain {
            return note(stored.seq, "the record belongs to another chain")
        }
        let isAsFound =
            record.seq == stored.seq && record.recordedAt == stored.recordedAt
            && record.change.action.rawValue == stored.action && record.actorID == stored.actor
        if isAsFound { lastLine = max(lastLine, record.change.entry ?? 0) }
        if !isAsFound { note(stored.seq, "the columns by which the record is found differ from its content") }
    }

    /// Compares the entries that records name with where their account's journal ends.
    mutating func compare(withJournalEndingAt seq: Int64) {
        if lastLine > seq {
            note(nil, "it tells of line \(lastLine) of the journal, which ends at line \(seq)")
        }
    }

    /// Compares the last record with where the chain should end.
    public mutating func end(at head: AuditHead?) {
        guard let head else {
            if count > 0 { note(nil, "the note that says where the chain ends is missing") }
            return
        }
        if head.seq != readThrough {
            note(readThrough, "the chain should end with record \(head.seq), but ends with record \(readThrough)")
        } else if head.digest != digest {
            note(readThrough, "the last record's digest differs from the note of where the chain ends")
        }
    }

    private mutating func note(_ seq: Int64?, _ description: String) {
        if difference != nil { return }
        difference = AuditVerification.Difference(chain: chain, seq: seq, description: description)
    }
}
