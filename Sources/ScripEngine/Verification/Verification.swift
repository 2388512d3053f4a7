import ScripCore

/// What recomputing accounts from their journals found.
public struct Verification: Sendable, Hashable {
    /// How many accounts were recomputed.
    public var accountCount = 0
    /// How many entries were read.
    public var entryCount = 0
    /// What does not agree, in order of accounts.
    public var differences: [Difference] = []
    /// What recomputing the audit log found.
    public var audit = AuditVerification()
    /// How many records that no journal repeats were compared with their seals.
    public var recordCount = 0
    /// What is wrong with such records, and with the database itself.
    public var findings: [Finding] = []

    /// Whether everything agrees.
    public var isClean: Bool { differences.isEmpty && audit.isClean && findings.isEmpty }

    /// Something that is wrong outside the journals.
    public struct Finding: Sendable, Hashable {
        /// The table; `nil` when it is about the database as a whole.
        public var table: String?
        /// The record's name, when one can be named.
        public var record: String?
        /// What is wrong.
        public var description: String
        /// What to do about it.
        public var remedy: String

        /// Makes a finding about a record of a table.
        public init(table: String?, record: String? = nil, description: String, remedy: String) {
            self.table = table
            self.record = record
            self.description = description
            self.remedy = remedy
        }
    }

    /// Whether an error says that what is kept is damaged.
    static func isDamage(_ error: any Error) -> Bool {
        switch error {
        case let error as StoreError: error.code == .damaged
        case is CodingProblem, is ReplayMismatch: true
        default: false
        }
    }

    /// One thing that does not agree.
    public struct Difference: Sendable, Hashable {
        /// The account.
        public var account: AccountID
        /// The entry of its journal, when one can be named.
        public var seq: Int64?
        /// What is wrong.
        public var description: String
    }
}
