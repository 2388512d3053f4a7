import ScripCore

/// Copies everything from one store to another: journals entry by entry with their digests, snapshots, usage totals,
/// profiles, catalogs, price books, keys, the audit log, tracking failures and purchases.
///
/// Only the target remembers progress. Its digests show what it has already, so a copy that was interrupted
/// at any moment goes on where it was, and one that is run again adds only what is new in the source.
public struct LedgerCopy: Sendable {
    /// How far a copy has come.
    public struct Progress: Sendable, Hashable {
        /// What is being done.
        public var stage = "comparing both databases"
        /// How many accounts were looked at.
        public var accountCount = 0
        /// How many entries of journals were copied.
        public var entryCount = 0
        /// How many audit records were copied.
        public var auditRecordCount = 0
        /// How many catalogs, price books, keys, failures, purchases, profiles and messages were copied.
        public var otherCount = 0
    }

    /// How many entries or records one transaction takes at most.
    static let batchSize = 2_000
    /// How many accounts, chains or other things are read at a time.
    static let pageSize = 200

    let source: any LedgerStore
    let target: any LedgerStore

    /// A copy from one store to another; both are open.
    public init(from source: any LedgerStore, to target: any LedgerStore) {
        self.source = source
        self.target = target
    }

    /// Copies what the target lacks, and checks that both hold the same then.
    ///
    /// The source may be in use meanwhile, but not the target. What the source gains after it was looked at is copied
    /// by the next run; the check then says that there is more.
    /// - Parameter progress: called from time to time.
    /// - Throws: ``CopyProblem`` when the target holds something else, or when the two differ at the end;
    ///   ``StoreError`` when either fails.
    public func run(progress: @Sendable (Progress) -> Void = { _ in }) async throws -> Progress {
        var made = Progress()
        progress(made)
        try await requireEarlierPart()
        made.stage = "copying"
        for noun in LedgerNoun.allCases { try await copy(noun, &made, progress) }
        made.stage = "verifying"
        progress(made)
        try await requireSame()
        return made
    }
}

/// Why a copy was not made, or is not right.
public struct CopyProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// A sentence for people.
    public var description: String

    /// Makes a problem with a sentence for people.
    public init(_ description: String) {
        self.description = description
    }

    static func foreign(_ difference: String) -> CopyProblem {
        CopyProblem(
            "The target already holds different data: \(difference). "
                + "Name an empty database, or the target of an earlier copy from the same source.")
    }

    static func different(_ difference: String) -> CopyProblem {
        CopyProblem(
            "The copy is not complete: \(difference). If the source was in use, stop using it and copy again.")
    }
}
