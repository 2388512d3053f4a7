import ScripCore

/// Why a command or a question was rejected without being tried.
public enum EngineError: Error, Sendable, Hashable {
    /// The server is shutting down; another instance or a later call will do it.
    case shuttingDown
    /// Too many commands are waiting; try again shortly.
    case overloaded
    /// What is kept of the account cannot be read. It is set aside until somebody mends it; all others work.
    case accountDamaged(AccountID)
    /// The event's account or sender has too many open tracking failures, so this one is not kept.
    case failuresFull
    /// Too much would change until the moment that was asked for; up to this one the answer can be given.
    case tooFar(until: Timestamp)
}
