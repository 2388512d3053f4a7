/// Why a command was not even tried.
public enum EngineError: Error, Sendable, Hashable {
    /// The server is shutting down; another instance or a later call will do it.
    case shuttingDown
    /// Too many commands are waiting; try again shortly.
    case overloaded
}
