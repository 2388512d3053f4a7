import ScripCore
import Synchronization

/// Tells whoever watches an account that it may have changed.
///
/// A notice only says where to look: watchers read the account and compare its version. So a notice too many does no
/// harm, and several that come while a watcher is busy count as one. Notices come from three sides: this process tells
/// what it committed, ``FeedService`` looks for what others wrote, and a store that hears of it sooner says so through
/// ``LedgerStore/observe(_:)``.
public final class LedgerFeed: Sendable {
    private let mailboxes = Mutex<[AccountID: [WatchMailbox]]>([:])
    /// Rings for accounts whose packs are bought by themselves.
    let topUps = TopUpBell()

    init() {}

    /// Watches an account until the watch is let go of.
    public func watch(_ account: AccountID) -> AccountWatch {
        let mailbox = WatchMailbox()
        mailboxes.withLock { $0[account, default: []].append(mailbox) }
        return AccountWatch(account: account, mailbox: mailbox, feed: self)
    }

    /// Says that accounts may have changed.
    public func changed(_ accounts: some Sequence<AccountID>) {
        topUps.changed(accounts)
        let found = mailboxes.withLock { mailboxes in
            mailboxes.isEmpty ? [] : Set(accounts).flatMap { mailboxes[$0] ?? [] }
        }
        for mailbox in found { mailbox.noteChange() }
    }

    /// How many watches there are.
    public var watchCount: Int { mailboxes.withLock { $0.values.reduce(0) { $0 + $1.count } } }

    /// The accounts that are watched.
    public var watchedAccounts: [AccountID] { mailboxes.withLock { Array($0.keys) } }

    /// Says that time may have changed the accounts whose next event is due.
    func timePassed(to now: Timestamp) {
        for mailbox in all { mailbox.noteTime(now) }
    }

    /// Says that accounts have other versions than their watchers saw last.
    func compare(_ versions: [AccountID: Int64]) {
        let found = mailboxes.withLock { mailboxes in
            versions.flatMap { account, version in (mailboxes[account] ?? []).map { ($0, version) } }
        }
        for (mailbox, version) in found { mailbox.noteVersion(version) }
    }

    /// Wakes watchers that have heard nothing for a while, so that they can give a sign of life.
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

    private var all: [WatchMailbox] { mailboxes.withLock { $0.values.flatMap { $0 } } }
}

/// One watcher's view of an account. Letting go of it ends the watch.
public final class AccountWatch: Sendable {
    /// What wakes a watcher.
    public enum Notice: Sendable, Hashable {
        /// The account may have changed.
        case mayHaveChanged
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

/// What waits for one watcher: never more than that there is something.
private final class WatchMailbox: Sendable {
    private struct State {
        var hasChange = false
        var isSilent = false
        var isClosed = false
        var version: Int64?
        var nextEventAt: Timestamp?
        var awokeAt = ContinuousClock.now
    }

    private let state = Mutex(State())
    private let rings: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    init() {
        (rings, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func next() async -> AccountWatch.Notice? {
        var iterator = rings.makeAsyncIterator()
        while true {
            let (isClosed, notice) = state.withLock { state -> (Bool, AccountWatch.Notice?) in
                let notice: AccountWatch.Notice? =
                    state.hasChange ? .mayHaveChanged : state.isSilent ? .silence : nil
                if notice != nil { (state.hasChange, state.isSilent, state.awokeAt) = (false, false, .now) }
                return (state.isClosed, notice)
            }
            if isClosed { return nil }
            if let notice { return notice }
            if await iterator.next() == nil { return nil }
        }
    }

    func saw(version: Int64, nextEventAt: Timestamp?) {
        state.withLock { ($0.version, $0.nextEventAt) = (version, nextEventAt) }
    }

    func noteChange() { ring { $0.hasChange = true } }

    func noteTime(_ now: Timestamp) {
        ring { state in
            guard let time = state.nextEventAt, time <= now else { return }
            // Once is enough: whoever looks says when the next one is due.
            state.nextEventAt = nil
            state.hasChange = true
        }
    }

    func noteVersion(_ version: Int64) {
        ring { state in
            if let seen = state.version, seen != version { state.hasChange = true }
        }
    }

    func noteSilence(since moment: ContinuousClock.Instant) {
        ring { if $0.awokeAt <= moment { $0.isSilent = true } }
    }

    func close() {
        state.withLock { $0.isClosed = true }
        bell.finish()
    }

    private func ring(_ change: (inout State) -> Void) {
        let hasNews = state.withLock { state in
            change(&state)
            return state.hasChange || state.isSilent
        }
        if hasNews { bell.yield() }
    }
}
