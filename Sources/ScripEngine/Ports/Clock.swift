import ScripCore

/// What time it is.
public protocol Clock: Sendable {
    /// The present moment.
    func now() -> Timestamp
}
