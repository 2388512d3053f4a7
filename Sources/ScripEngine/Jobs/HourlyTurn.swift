import ScripCore
import Synchronization

/// Remembers when an hourly task was last done.
final class HourlyTurn: Sendable {
    private static let seconds: Int64 = 3_600

    private let last = Mutex<Timestamp?>(nil)

    /// Whether it has not been done for an hour.
    func isDue(at now: Timestamp) -> Bool {
        last.withLock { last in last.map { now >= $0.adding(seconds: HourlyTurn.seconds) } ?? true }
    }

    /// Notes that it was done.
    func done(at now: Timestamp) { last.withLock { $0 = now } }
}
