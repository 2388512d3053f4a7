import NIOCore
import ScripCore
import ScripEngine
import Synchronization

/// Reads one account for all of its streams.
///
/// A change wakes them all at once, and one read does for those whose notice came before it began; it is kept for those
/// that ask later. A read that had begun by then may have missed the change: who needs a newer one waits until that has
/// ended, and all who wait share the next. So there is one read at a time, and nobody gets an older one than before.
final class AccountReads: Sendable {
    private typealias Reading = Task<AccountRead, any Error>

    private struct State {
        /// The read that began last, and the number of the latest notice when it did.
        var begun: (number: Int64, reading: Reading)?
        /// The read that begins when that one has ended.
        var queued: Reading?
    }

    private let account: AccountID
    private let engine: Engine
    private let state = Mutex(State())

    init(of account: AccountID, engine: Engine) {
        self.account = account
        self.engine = engine
    }

    /// The account as it was after the notice with a number.
    func read(noticed number: Int64) async throws -> AccountRead {
        let reading = state.withLock { state in
            if let begun = state.begun, begun.number >= number { return begun.reading }
            if let queued = state.queued { return queued }
            let earlier = state.begun?.reading
            // A task of its own: it goes on for the others when the stream that began it ends.
            let reading = Reading {
                _ = await earlier?.result
                return try await self.begin()
            }
            state.queued = reading
            return reading
        }
        return try await reading.value
    }

    private func begin() async throws -> AccountRead {
        let number = state.withLock { state in
            let number = engine.feed.noticeNumber
            state.begun = state.queued.map { (number, $0) }
            state.queued = nil
            return number
        }
        do {
            return AccountRead(try await engine.account(account))
        } catch {
            // Whoever asks after a failure tries anew.
            state.withLock { if $0.begun?.number == number { $0.begun = nil } }
            throw error
        }
    }
}

/// What was read of an account, and the events that were made of it.
final class AccountRead: Sendable {
    let snapshot: AccountSnapshot
    /// When time alone changes the account next.
    let nextEventAt: Timestamp?
    private let events = Mutex<[BalanceView: ByteBuffer]>([:])

    init(_ snapshot: AccountSnapshot) {
        self.snapshot = snapshot
        nextEventAt = snapshot.state.nextEventTime
    }

    /// The event that tells of it, written once for each view.
    func event(_ view: BalanceView, catalogs: CatalogCache) throws -> ByteBuffer {
        try events.withLock { events in
            if let event = events[view] { return event }
            let event = try view.event(of: snapshot, catalogs: catalogs)
            events[view] = event
            return event
        }
    }
}
