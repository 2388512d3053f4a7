/// What becomes of usage whose counts are known not to be final, such as those of a stream that broke off.
public enum UnfinishedUsagePolicy: String, Hashable, Sendable, CaseIterable {
    /// It is refused with ``Rejection/usageNotFinal``, and kept as a tracking failure where it was to be tracked.
    case refuse
    /// It is charged by the counts so far, and ``Rating/isEstimate`` says so.
    case estimate
}
