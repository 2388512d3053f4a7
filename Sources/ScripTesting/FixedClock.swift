import ScripCore
import ScripEngine
import Synchronization

/// A clock that shows what it is told.
public final class FixedClock: Clock {
    private let time: Mutex<Timestamp>

    /// A clock that shows a moment.
    public init(_ time: Timestamp) {
        self.time = Mutex(time)
    }

    /// The moment it shows.
    public func now() -> Timestamp { time.withLock { $0 } }

    /// Shows another moment.
    public func set(_ moment: Timestamp) { time.withLock { $0 = moment } }

    /// Moves on.
    public func advance(seconds: Int64) { time.withLock { $0 = $0.adding(seconds: seconds) } }
}
