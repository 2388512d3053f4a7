import Synchronization

/// How many failures may be kept before it is worth while to count again those that wait.
///
/// Counting reads every one of them. So only a small part of the room that was found is given out before the next count:
/// up to sixteen processes that keep failures side by side stay below the bound together.
final class FailureRoom: Sendable {
    private static let share = 16

    private let left = Mutex(0)

    /// Whether so many more may be kept without counting; if so they are taken off.
    func take(_ count: Int) -> Bool {
        left.withLock { left in
            if left < count { return false }
            left -= count
            return true
        }
    }

    /// Notes how many wait, now that they were counted.
    func found(_ count: Int, of most: Int) {
        left.withLock { $0 = max(0, most - count) / FailureRoom.share }
    }
}
