import ScripCore

/// A job that is done in turns, as a store keeps it: the last finished turn, and who is working on the next one.
///
/// It is not copied to another database: instances over that one begin with a turn of their own.
public struct JobRecord: Sendable, Hashable {
    /// The job's name.
    public var name: String
    /// The number of the last turn that was done to its end; `nil` before the first.
    public var lastTurn: Int64?
    /// Who has a turn in hand.
    public var holder: String?
    /// Until when the holder has it, unless it says again that it is still there.
    public var heldUntil: Timestamp?

    /// A job of which nothing is known unless told otherwise.
    public init(name: String, lastTurn: Int64? = nil, holder: String? = nil, heldUntil: Timestamp? = nil) {
        self.name = name
        self.lastTurn = lastTurn
        self.holder = holder
        self.heldUntil = heldUntil
    }
}
