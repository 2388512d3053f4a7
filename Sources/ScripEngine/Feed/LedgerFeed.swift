import ScripCore
import Synchronization

/// Tells the watchers of an account that it may have changed.
///
/// A notice only says where to look: watchers read the account and compare its version. So a notice too many does no
/// harm, and several that come while a watcher is busy count as one. Notices come from three sides: this process tells
/// what it committed, ``FeedService`` looks for what others wrote, and a store that hears of it sooner says so through
/// ``LedgerStore/observe(_:)``.
///
/// Notices are numbered in their order, so that watchers of one account can read it together: a read that began when
/// ``noticeNumber`` was at least a notice's number shows what that notice tells of.
public final class LedgerFeed: Sendable {
    private let mailboxes = Mutex<[AccountID: [WatchMailbox]]>([:])
    private let lastNumber = Atomic<Int64>(0)
    /// Signals changes of accounts that have top-ups.
    let topUps = TopUpSignal()

    init() {}

    /// The number of the latest notice.
    public var noticeNumber: Int64 { lastNumber.load(ordering: .sequentiallyConsistent) }

    /// Watches an account until the watch is let go of. The first notice is there at once.
    public func watch(_ account: AccountID) -> AccountWatch {
        let mailbox = WatchMailbox()
        mailboxes.withLock { $0[account, default: []].append(mailbox) }
        mailbox.noteChange(number: nextNumber())
        return AccountWatch(account: account, mailbox: mailbox, feed: self)
    }

    /// Says that accounts may have changed.
    public func changed(_ accounts: some Sequence<AccountID>) {
        topUps.changed(accounts)
        let found = mailboxes.withLock { mailboxes in
            mailboxes.isEmpty ? [] : Set(accounts).flatMap { mailboxes[$0] ?? [] }
        }
        if found.isEmpty { return }
        let number = nextNumber()
        for mailbox in found { mailbox.noteChange(number: number) }
    }

    /// How many watches there are.
    public var watchCount: Int { mailboxes.withLock { $0.values.reduce(0) { $0 + $1.count } } }

    /// The accounts that are watched.
    public var watchedAccounts: [AccountID] { mailboxes.withLock { Array($0.keys) } }

    /// Says that time may have changed the accounts whose next event is due.
    func timePassed(to now: Timestamp) {
        let number = nextNumber()
        for mailbox in all { mailbox.noteTime(now, number: number) }
    }

    /// Says that accounts have other versions than their watchers saw last.
    func compare(_ versions: [AccountID: Int64]) {
        let found = mailboxes.withLock { mailboxes in
            versions.flatMap { account, version in (mailboxes[account] ?? []).map { ($0, version) } }
        }
        let number = nextNumber()
        for (mailbox, version) in found { mailbox.noteVersion(version, number: number) }
    }

    /// Wakes watchers that have had no notice for a while, so that they can send a sign of life.
    func beat(after silence: Duration) {
        let now = ContinuousClock.now
        for mailbox in all { mailbox.noteSilence(since: now - silence) }
    }

    fileprivate func forget(_ mailbox: WatchMailbox, of account: AccountID) {
        mailboxes.withLock { mailboxes in
            mailboxes[account]?.removeAll { $0 === mailbox }
            if mailboxes[account]?.isEmpty == true { mailboxes[account] = nil }
        }
    }

    /// A number for notices of what has happened by now.
    private func nextNumber() -> Int64 { lastNumber.add(1, ordering: .sequentiallyConsistent).newValue }

    private var all: [WatchMailbox] { mailboxes.withLock { $0.values.flatMap { $0 } } }
}

/// One watcher's view of an account. Letting go of it ends the watch.
public final class AccountWatch: Sendable {
    /// What wakes a watcher.
    public enum Notice: Sendable, Hashable {
        /// The account may have changed before the notice with this number.
        case mayHaveChanged(number: Int64)
        /// Nothing happened for a while.
        case silence
    }

    /// The account.
    public let account: AccountID
    private let mailbox: WatchMailbox
    private let feed: LedgerFeed

    fileprivate init(account: AccountID, mailbox: WatchMailbox, feed: LedgerFeed) {
        self.account = account
        self.mailbox = mailbox
        self.feed = feed
    }

    deinit {
        feed.forget(mailbox, of: account)
    }

    /// Waits for the next notice; `nil` once the watch was closed. One task at a time may wait.
    public func next() async -> Notice? { await mailbox.next() }

    /// Notes what the watcher saw, and when time alone will change the account next.
    public func saw(version: Int64, nextEventAt: Timestamp?) {
        mailbox.saw(version: version, nextEventAt: nextEventAt)
    }

    /// Ends the watch from elsewhere: the watcher gets no more notices.
    public func close() { mailbox.close() }
}

/// The pending notice of one watcher. Several notices become one.
private final class WatchMailbox: Sendable {
    private struct State {
        /// The highest number of the notices of changes that wait.
        var change: Int64?
        var isSilent = false
        var isClosed = false
        var version: Int64?
        var nextEventAt: Timestamp?
        var awokeAt = ContinuousClock.now

        /// Two that give notice at the same time may come in either order.
        mutating func hasChanged(_ number: Int64) { change = max(change ?? number, number) }
    }

    private let state = Mutex(State())
    private let signal = CoalescingSignal()

    func next() async -> AccountWatch.Notice? {
        while true {
            let (isClosed, notice) = state.withLock { state -> (Bool, AccountWatch.Notice?) in
                let notice: AccountWatch.Notice? =
                    state.change.map { .mayHaveChanged(number: $0) } ?? (state.isSilent ? .silence : nil)
                if notice != nil { (state.change, state.isSilent, state.awokeAt) = (nil, false, .now) }
                return (state.isClosed, notice)
            }
            if isClosed { return nil }
            if let notice { return notice }
            if !(await signal.next()) { return nil }
        }
    }

    func saw(version: Int64, nextEventAt: Timestamp?) {
        state.withLock { ($0.version, $0.nextEventAt) = (version, nextEventAt) }
    }

    func noteChange(number: Int64) { ring { $0.hasChanged(number) } }

    func noteTime(_ now: Timestamp, number: Int64) {
        ring { state in
            guard let time = state.nextEventAt, time <= now else { return }
            // Once is enough, because the watcher then says when the next notice is due.
            state.nextEventAt = nil
            state.hasChanged(number)
        }
    }

    func noteVersion(_ version: Int64, number: Int64) {
        ring { state in
            if let seen = state.version, seen != version { state.hasChanged(number) }
        }
    }

    func noteSilence(since moment: ContinuousClock.Instant) {
        ring { if $0.awokeAt <= moment { $0.isSilent = true } }
    }

    func close() {
        state.withLock { $0.isClosed = true }
        signal.finish()
    }

    private func ring(_ change: (inout State) -> Void) {
        let hasNews = state.withLock { state in
            change(&state)
            return state.change != nil || state.isSilent
        }
        if hasNews { signal.ring() }
    }
}
