import ScripCore
import Synchronization

/// One account in a batch: its commands in order, and what became of it.
///
/// Whoever decides it holds its lock, so that different accounts may be decided on different threads.
final class AccountRun: Sendable {
    /// What a command came to.
    enum Answer: Sendable {
        /// It was carried out or refused.
        case decided(Result<Outcome, Rejection>)
        /// It came before; this line answered it then.
        case repeated(SealedEntry)
    }

    fileprivate struct Taken {
        var index: Int
        var command: Command
        var earlier: SealedEntry?
    }

    /// A change for the audit log, with who made it and when.
    struct Audited: Sendable {
        var change: AuditedChange
        var origin: Origin
        var moment: Timestamp
    }

    fileprivate struct Content {
        var state: AccountState
        var taken: [Taken] = []
        var needsJournal = false
        var needsBooks = false
        var entries: [SealedEntry] = []
        /// The lines among ``entries`` that answered commands with a key.
        var keyed: [IdempotencyKey: SealedEntry] = [:]
        var audited: [Audited] = []
        var answers: [(index: Int, command: Command, result: Answer)] = []
    }

    private let content: Mutex<Content>

    init(_ state: AccountState) {
        content = Mutex(Content(state: state))
    }

    /// Adds a command, with the line that answered an earlier one of the same name.
    func take(_ command: Command, at index: Int, earlier: SealedEntry?) {
        content.withLock { content in
            content.taken.append(Taken(index: index, command: command, earlier: earlier))
            if command.intent.needsJournal { content.needsJournal = true }
        }
    }

    /// Whether a command refers to earlier lines of the journal.
    var needsJournal: Bool { content.withLock { $0.needsJournal } }

    /// Whether it could not be decided, because a price book that it needs is not in memory.
    var needsBooks: Bool { content.withLock { $0.needsBooks } }

    /// The account after all commands.
    var state: AccountState { content.withLock { $0.state } }

    /// What is to be saved; `nil` when nothing was written.
    var update: AccountUpdate? {
        content.withLock { content in
            content.entries.isEmpty ? nil : AccountUpdate(state: content.state, entries: content.entries)
        }
    }

    /// What is to be recorded in the audit log.
    var audited: [Audited] { content.withLock { $0.audited } }

    /// What each command came to.
    var answers: [(index: Int, command: Command, result: Answer)] { content.withLock { $0.answers } }

    /// Decides the commands in order.
    /// - Parameters:
    ///   - journal: where earlier lines are looked up, if any command needs them.
    ///   - books: where price books are fetched that are not in memory; without it, the first command that needs one
    ///     leaves everything as it was.
    func decide(now: Timestamp, catalogs: CatalogHistory, journal: JournalLookup?, books: BookLookup? = nil) {
        content.withLock { content in
            let before = books == nil && catalogs.lacksBooks ? content : nil
            content.answers.reserveCapacity(content.taken.count)
            for taken in content.taken {
                let result = content.decide(taken, now: now, catalogs: catalogs, journal: journal, books: books)
                if let before, case .decided(.failure(.priceBookAway)) = result {
                    content = before
                    content.needsBooks = true
                    return
                }
                content.answers.append((taken.index, taken.command, result))
            }
        }
    }
}

fileprivate extension AccountRun.Content {
    mutating func decide(
        _ taken: AccountRun.Taken, now: Timestamp, catalogs: CatalogHistory, journal: JournalLookup?,
        books: BookLookup?
    ) -> AccountRun.Answer {
        let command = taken.command
        if let key = command.origin.idempotencyKey {
            if let earlier = taken.earlier ?? keyed[key] { return .repeated(earlier) }
        }
        let moment = max(now, state.lastRecordedAt)
        do throws(Rejection) {
            try state.requireSound(catalogs, through: moment)
        } catch {
            return .decided(.failure(error))
        }
        entries += state.advance(to: moment, catalogs: catalogs)
        do throws(Rejection) {
            let context = context(at: moment, catalogs: catalogs, journal: journal, books: books)
            let before = command.intent.isAdministrative ? state : nil
            let decision = try state.decide(command, context: context)
            entries += decision.entries
            if let key = command.origin.idempotencyKey, let answer = decision.answer { keyed[key] = answer }
            if let before {
                audited += AuditedChange.changes(by: command, from: before, to: state, decision: decision).map {
                    AccountRun.Audited(change: $0, origin: command.origin, moment: moment)
                }
            }
            var outcome = Outcome(entry: decision.answer, state: state, decidedAt: moment)
            outcome.hold = decision.hold
            outcome.wouldDeny = decision.wouldDeny
            outcome.rating = decision.rating
            outcome.isObserved = decision.isObserved
            outcome.isDemo = decision.isDemo
            return .decided(.success(outcome))
        } catch {
            return .decided(.failure(error))
        }
    }

    private func context(
        at moment: Timestamp, catalogs: CatalogHistory, journal: JournalLookup?, books: BookLookup?
    ) -> DecisionContext {
        let fetch: PriceBookFetch = { (version) throws(Rejection) in try books?.book(of: version) }
        guard let journal else { return DecisionContext(now: moment, catalogs: catalogs, book: fetch) }
        let fresh = entries
        return DecisionContext(
            now: moment, catalogs: catalogs, book: fetch,
            entry: { seq in fresh.first { $0.entry.seq == seq }?.entry ?? journal.entry(seq) },
            latestEntry: { seq in fresh.last { $0.entry.subject == seq }?.entry ?? journal.latestEntry(about: seq) }
        )
    }
}

extension Intent {
    /// Whether deciding it looks up earlier lines of the journal.
    var needsJournal: Bool {
        switch self {
        case .putAccount, .grant, .takeBack, .charge, .track, .hold, .adjust, .subscription: false
        case .voidGrant, .capture, .release, .extend, .refund, .rateLater, .subscribe: true
        }
    }
}
