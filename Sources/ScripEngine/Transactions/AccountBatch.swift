import Dispatch
import ScripCore
import ScripJSON
import Synchronization

/// How a command changes the profile of an account.
typealias ProfileEdit = @Sendable (inout Profile) -> Void

/// Carries out commands of many accounts in one transaction: takes each account up once, decides its commands in order,
/// saves once.
///
/// A refused command leaves the others untouched; what time has changed is kept even then. Accounts know nothing of
/// each other, so those that need nothing more from the store are decided side by side on all cores.
struct AccountBatch {
    /// From how many commands on it pays to decide on several cores.
    private static let fewestForCores = 64

    private let scope: TransactionScope
    private let commands: [Command]
    private var writing: any LedgerWriting { scope.writing }

    /// Decides all commands and saves what came of them.
    /// - Parameter edits: for each command what it makes of the account's profile, if anything.
    static func run(
        _ commands: [Command], edits: [ProfileEdit?], clock: any Clock, catalogs: CatalogCache,
        in writing: any LedgerWriting
    ) throws -> [Result<Outcome, Rejection>] {
        let scope = try TransactionScope(
            of: Array(Set(commands.lazy.map(\.account))), keys: keys(of: commands), clock: clock, cache: catalogs,
            in: writing)
        return try AccountBatch(scope: scope, commands: commands).run(edits: edits)
    }

    private static func keys(of commands: [Command]) -> [AccountKey] {
        let keys = commands.lazy.compactMap { command in
            command.origin.idempotencyKey.map { AccountKey(account: command.account, key: $0) }
        }
        return Array(Set(keys))
    }

    private func run(edits: [ProfileEdit?]) throws -> [Result<Outcome, Rejection>] {
        let groups = try group()
        decideSideBySide(groups.filter { !$0.needsJournal })
        // What needs a price book that is not in memory was given up before anything was written, and is decided again.
        for group in groups where group.needsJournal || group.needsBooks {
            let lookup = scope.lookup(of: group.account.state.id)
            group.decide(lookup)
            try lookup.requireNoFailure()
        }
        try scope.save(groups.map(\.account))
        let results = try results(of: groups)
        for (index, edit) in edits.enumerated() {
            guard let edit, case .success(let outcome) = results[index], !outcome.isRepeat else { continue }
            try change(edit, commands[index], at: outcome.decidedAt)
        }
        return results
    }

    /// Changes what is known of the people behind an account.
    private func change(_ edit: ProfileEdit, _ command: Command, at moment: Timestamp) throws {
        let before = try writing.account(command.account)?.profile ?? Profile()
        var after = before
        edit(&after)
        if after == before { return }
        try writing.saveProfile(after, of: command.account)
        // Personal data can be erased, but a chain cannot. So the record names only the fields.
        let fields = before.fields(differingFrom: after).map { JSONValue.string($0) }
        let change = AuditedChange(
            .profileChanged, account: command.account, after: AuditValues.object(("fields", .array(fields))))
        try writing.audit(change, by: command.origin, at: moment)
    }

    /// Groups the commands by their accounts, and looks up what earlier commands of the same keys came to.
    private func group() throws -> [CommandGroup] {
        var groups: [CommandGroup] = []
        var places: [AccountID: Int] = [:]
        places.reserveCapacity(commands.count)
        for (index, command) in commands.enumerated() {
            let id = command.account
            let place = places[id] ?? groups.count
            if place == groups.count {
                let state = try writing.account(id)?.state ?? AccountState(id: id)
                groups.append(
                    CommandGroup(AccountTransaction(state, at: scope.now, catalogs: scope.catalogs)))
                places[id] = place
            }
            let earlier = try command.origin.idempotencyKey.flatMap { try writing.entry(for: $0, of: id) }
            groups[place].add(command, at: index, earlier: earlier)
        }
        return groups
    }

    private func decideSideBySide(_ groups: [CommandGroup]) {
        let mayLackBooks = scope.catalogs.lacksBooks
        if commands.count < AccountBatch.fewestForCores {
            for group in groups { group.decide(mayLackBooks: mayLackBooks) }
            return
        }
        let share = max(8, groups.count / 32)
        DispatchQueue.concurrentPerform(iterations: (groups.count + share - 1) / share) { part in
            for group in groups[(part * share)..<min((part + 1) * share, groups.count)] {
                group.decide(mayLackBooks: mayLackBooks)
            }
        }
    }

    /// The answers in the order of the commands; those to commands that came again are read from the journal.
    private func results(of groups: [CommandGroup]) throws -> [Result<Outcome, Rejection>] {
        var results: [Result<Outcome, Rejection>?] = Array(repeating: nil, count: commands.count)
        for group in groups {
            for (index, result) in group.results {
                switch result {
                case .decided(let result): results[index] = result
                case .repeated(let earlier):
                    let replay = RepeatedCommand(earlier: earlier, catalogs: scope.catalogs, journal: writing)
                    results[index] = try replay.result(of: commands[index], state: group.account.state)
                }
            }
        }
        return results.compactMap { $0 }
    }
}

/// The commands of one account in a batch, in order, and what they came to.
///
/// Whoever decides them holds their lock, so that those of different accounts may be decided on different threads.
private final class CommandGroup: Sendable {
    /// What a command came to.
    enum Answer: Sendable {
        /// It was carried out or refused.
        case decided(Result<Outcome, Rejection>)
        /// It came before; this entry answered it then.
        case repeated(SealedEntry)
    }

    private struct Content {
        var account: AccountTransaction
        var commands: [(index: Int, command: Command, earlier: SealedEntry?)] = []
        var results: [(index: Int, result: Answer)] = []
        var needsJournal = false
        var needsBooks = false
    }

    private let content: Mutex<Content>

    init(_ account: AccountTransaction) {
        content = Mutex(Content(account: account))
    }

    /// Adds a command, with the entry that carries its key.
    func add(_ command: Command, at index: Int, earlier: SealedEntry?) {
        content.withLock { content in
            content.commands.append((index, command, earlier))
            if command.intent.needsJournal { content.needsJournal = true }
        }
    }

    /// Whether a command refers to earlier entries of the journal.
    var needsJournal: Bool { content.withLock { $0.needsJournal } }

    /// Whether it could not be decided, because a price book that it needs is not in memory.
    var needsBooks: Bool { content.withLock { $0.needsBooks } }

    /// The account after what was decided.
    var account: AccountTransaction { content.withLock { $0.account } }

    /// What each command came to.
    var results: [(index: Int, result: Answer)] { content.withLock { $0.results } }

    /// Decides the commands in order from what is in memory. The first one that needs a price book that is not there
    /// leaves everything as it was.
    func decide(mayLackBooks: Bool) {
        content.withLock { content in
            let before = mayLackBooks ? content : nil
            for (index, command, earlier) in content.commands {
                let result = content.account.result(of: command, earlier: earlier, lookup: nil)
                if let before, case .decided(.failure(.priceBookAway)) = result {
                    content = before
                    content.needsBooks = true
                    return
                }
                content.results.append((index, result))
            }
        }
    }

    /// Decides the commands in order, with what is looked up in the store.
    func decide(_ lookup: DecisionLookup) {
        content.withLock { content in
            for (index, command, earlier) in content.commands {
                content.results.append(
                    (index, content.account.result(of: command, earlier: earlier, lookup: lookup)))
            }
        }
    }
}

extension AccountTransaction {
    /// Carries out a command of somebody who waits for its outcome.
    fileprivate mutating func result(
        of command: Command, earlier: SealedEntry?, lookup: DecisionLookup?
    ) -> CommandGroup.Answer {
        do throws(Rejection) {
            switch try carryOut(command, earlier: earlier, lookup: lookup) {
            case .repeated(let line): return .repeated(line)
            case .decided(let decision): return .decided(.success(Outcome(decision, state: state, decidedAt: moment)))
            }
        } catch {
            return .decided(.failure(error))
        }
    }
}
