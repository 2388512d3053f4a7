/// Takes in what a provider sends, and says in the end what was used.
///
/// A whole response, each event of a stream and a bare usage object all go the same way: a reader of a format sees
/// from an object's members which of them it is.
protocol UsageCollector: Sendable {
    /// Takes in one object.
    mutating func add(_ event: UsageNode) throws(UsageFormatError)
    /// What was used, or nothing when no object belonged to the format.
    func finished() throws(UsageFormatError) -> ReportedUsage?
}
