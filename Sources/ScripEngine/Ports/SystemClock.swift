import Foundation
import ScripCore

/// The machine's clock in UTC.
public struct SystemClock: Clock {
    /// A clock.
    public init() {}

    /// The present moment, to the microsecond.
    public func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(
            microseconds: Int64(time.tv_sec) * Timestamp.microsecondsPerSecond + Int64(time.tv_nsec) / 1_000
        )
    }
}
