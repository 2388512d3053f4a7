import ScripCore

/// What a store gives for verification beyond what the engine lives on.
public protocol VerificationReading {
    /// Whether the store keeps seals.
    var keepsSeals: Bool { get }
    /// How an account stood at earlier entries, in order of their numbers, after one.
    func snapshots(of account: AccountID, after seq: Int64, limit: Int) throws -> [StoredSnapshot]
    /// Seals in order of kinds' names and ids, after one.
    func seals(after seal: RecordSeal?, limit: Int) throws -> [RecordSeal]
    /// The seal of a record; `nil` when there is none.
    func seal(_ kind: RecordSeal.Kind, _ id: String) throws -> RecordSeal?
    /// The seal that what is kept of an issuer would have now; `nil` when nothing is.
    func issuerSeal(_ issuer: String) throws -> RecordSeal?
    /// How many records of each kind there are that must have a seal; empty when the store keeps no seals.
    func sealedRecordCounts() throws -> [RecordSeal.Kind: Int64]
    /// How many parts ``examine(_:_:)`` has.
    var examinationCount: Int { get }
    /// Looks over a part, from 0, of what only the store knows: columns and indexes against what they are made from,
    /// and whatever the database itself can check. Tells of each thing that is not as it should be.
    func examine(_ part: Int, _ report: (Verification.Finding) -> Void) throws
}

/// How an account stood after one of its entries, as a store keeps it to answer about the past.
public struct StoredSnapshot: Sendable, Hashable {
    /// The entry's number.
    public var seq: Int64
    /// When the entry was written.
    public var recordedAt: Timestamp
    /// The account after it.
    public var state: AccountState

    /// A snapshot.
    public init(seq: Int64, recordedAt: Timestamp, state: AccountState) {
        self.seq = seq
        self.recordedAt = recordedAt
        self.state = state
    }
}
