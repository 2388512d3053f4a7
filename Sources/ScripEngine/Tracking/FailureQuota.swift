import Synchronization

/// How many failures may be kept before it is worth while to count again those that wait.
///
/// Counting reads every one of them. So only a small part of the room that was found is given out before the next
/// count: up to sixteen processes that keep failures side by side stay below the bound together.
final class FailureQuota: Sendable {
    private static let share = 16
    /// Of how many accounts and senders the room is remembered.
    private static let maxParties = 10_000

    private struct State {
        var left = 0
        var leftOfParties: [FailureParty: Int] = [:]
    }

    private let state = Mutex(State())

    /// Whether so many more may be kept without counting; if so they are taken off.
    func take(_ count: Int) -> Bool {
        state.withLock { state in
            if state.left < count { return false }
            state.left -= count
            return true
        }
    }

    /// Notes how many wait, now that they were counted.
    func found(_ count: Int, of most: Int) {
        state.withLock { $0.left = max(0, most - count) / FailureQuota.share }
    }

    /// How many more may be kept of each party without counting; nothing stands for those that nothing is known of.
    func left(of parties: Set<FailureParty>) -> [FailureParty: Int] {
        state.withLock { state in state.leftOfParties.filter { parties.contains($0.key) } }
    }

    /// Notes how many may still be kept of some parties.
    func note(_ left: [FailureParty: Int], counted: Set<FailureParty>) {
        state.withLock { state in
            if state.leftOfParties.count + left.count > FailureQuota.maxParties { state.leftOfParties = [:] }
            for (party, count) in left {
                state.leftOfParties[party] = counted.contains(party) ? count / FailureQuota.share : count
            }
        }
    }
}
