import ScripCore

/// Where jobs are kept, which is done in writing transactions only.
public protocol JobStore {
    /// A job as it was last left, a new one if nobody has begun it. It is locked until the end of the transaction.
    /// - Parameter waits: whether to wait for a transaction that has it locked.
    /// - Returns: `nil` when another transaction has it locked and `waits` is false.
    func job(_ name: String, waits: Bool) throws -> JobRecord?
    /// Replaces what is known of a job.
    func save(_ job: JobRecord) throws
}
