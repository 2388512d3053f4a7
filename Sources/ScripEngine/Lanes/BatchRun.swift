import Dispatch
import ScripCore
import ScripJSON

/// What a command makes of what is known of the people behind an account.
typealias ProfileEdit = @Sendable (inout Profile) -> Void

/// Decides a batch of commands in one transaction: loads each account once, decides in order, saves once.
///
/// A refused command leaves the others untouched; what time has changed is kept even then. Accounts know nothing of each
/// other, so those that need nothing more from the store are decided side by side on all cores.
struct BatchRun {
    /// From how many commands on it is worth while to decide on several cores.
    private static let fewestForCores = 64

    private let now: Timestamp
    private let writing: any LedgerWriting
    private let catalogs: CatalogHistory
    private let shelf: CatalogShelf

    private init(now: Timestamp, shelf: CatalogShelf, catalogs: CatalogHistory, writing: any LedgerWriting) {
        self.now = now
        self.shelf = shelf
        self.catalogs = catalogs
        self.writing = writing
    }

    /// Decides all commands and saves what came of them.
    /// - Parameter edits: for each command what it makes of the account's profile, if anything.
    static func run(
        _ commands: [Command], edits: [ProfileEdit?], clock: any Clock, catalogs: CatalogShelf,
        in writing: any LedgerWriting
    ) throws -> [Result<Outcome, Rejection>] {
        if writing.isRemote { try fetch(commands, in: writing) }
        let history = try catalogs.history(knownIn: writing, at: clock.now())
        // The clock is read after the accounts are locked, so that what was written before is not later than now.
        return try BatchRun(now: clock.now(), shelf: catalogs, catalogs: history, writing: writing)
            .run(commands, edits: edits)
    }

    /// Tells the store which accounts and keys the commands are about.
    private static func fetch(_ commands: [Command], in writing: any LedgerWriting) throws {
        var accounts: Set<AccountID> = []
        var keys: Set<AccountKey> = []
        for command in commands {
            accounts.insert(command.account)
            if let key = command.origin.idempotencyKey {
                keys.insert(AccountKey(account: command.account, key: key))
            }
        }
        try writing.prepare(Array(accounts), keys: Array(keys))
    }

    private func run(_ commands: [Command], edits: [ProfileEdit?]) throws -> [Result<Outcome, Rejection>] {
        let accounts = try deal(commands)
        decideSideBySide(accounts.filter { !$0.needsJournal }, commandCount: commands.count)
        // What needs a price book that is not in memory was given up before anything was written, and is decided again.
        let books = BookLookup(shelf, in: writing)
        for account in accounts where account.needsJournal || account.needsBooks {
            let lookup = JournalLookup(of: account.state.id, in: writing)
            account.decide(now: now, catalogs: catalogs, journal: lookup, books: books)
            try lookup.requireNoFailure()
            try books.requireNoFailure()
        }
        let updates = accounts.compactMap(\.update)
        if !updates.isEmpty { try writing.save(updates) }
        try noteUnrated(updates)
        for audited in accounts.flatMap(\.audited) {
            try writing.audit(audited.change, by: audited.origin, at: audited.moment)
        }
        let results = try results(of: accounts, count: commands.count)
        for (index, edit) in edits.enumerated() {
            guard let edit, case .success(let outcome) = results[index], !outcome.isReplay else { continue }
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
        // What is known of people can be erased, and a chain cannot: so the record names only the fields.
        let fields = before.fields(differingFrom: after).map { JSONValue.string($0) }
        let change = AuditedChange(
            .profileChanged, account: command.account, after: AuditValues.object(("fields", .array(fields))))
        try writing.audit(change, by: command.origin, at: moment)
    }

    /// Deals the commands out to their accounts, and looks up what earlier commands of the same names came to.
    private func deal(_ commands: [Command]) throws -> [AccountRun] {
        var accounts: [AccountRun] = []
        var places: [AccountID: Int] = [:]
        places.reserveCapacity(commands.count)
        for (index, command) in commands.enumerated() {
            let id = command.account
            let place = places[id] ?? accounts.count
            if place == accounts.count {
                accounts.append(AccountRun(try writing.account(id)?.state ?? AccountState(id: id)))
                places[id] = place
            }
            let earlier = try command.origin.idempotencyKey.flatMap { try writing.entry(for: $0, of: id) }
            accounts[place].take(command, at: index, earlier: earlier)
        }
        return accounts
    }

    private func decideSideBySide(_ accounts: [AccountRun], commandCount: Int) {
        let (now, catalogs) = (now, catalogs)
        if commandCount < BatchRun.fewestForCores {
            for account in accounts { account.decide(now: now, catalogs: catalogs, journal: nil) }
            return
        }
        let share = max(8, accounts.count / 32)
        DispatchQueue.concurrentPerform(iterations: (accounts.count + share - 1) / share) { part in
            for account in accounts[(part * share)..<min((part + 1) * share, accounts.count)] {
                account.decide(now: now, catalogs: catalogs, journal: nil)
            }
        }
    }

    /// Keeps failures for usage that was recorded without a price, and closes them when the price came.
    private func noteUnrated(_ updates: [AccountUpdate]) throws {
        var rated: [String: (line: String, at: Timestamp)] = [:]
        var versions: Set<Int64> = []
        defer { if catalogs.lacksBooks && !versions.isEmpty { shelf.used(versions) } }
        for update in updates {
            for sealed in update.entries where sealed.entry.rating != nil {
                if let version = sealed.entry.rating?.priceVersion { versions.insert(version) }
                if let failure = TrackingFailure(unrated: sealed, of: update.state) { try writing.save(failure) }
                guard sealed.entry.kind == .charge, let subject = sealed.entry.subject else { continue }
                let line = EntryID(seq: subject).text(in: update.state.tag)
                for id in TrackingFailure.ids(unratedLine: line) {
                    rated[id] = (sealed.entry.id.text(in: update.state.tag), sealed.entry.recordedAt)
                }
            }
        }
        if rated.isEmpty { return }
        for var failure in try writing.trackingFailures(withIDs: Set(rated.keys)) {
            guard let rating = rated[failure.id], failure.format == .entry else { continue }
            failure.status = .resolved
            failure.entry = rating.line
            failure.lastAttemptAt = rating.at
            try writing.save(failure)
        }
    }

    /// The answers in the order of the commands; those to commands that came again are read from the journal.
    private func results(
        of accounts: [AccountRun], count: Int
    ) throws -> [Result<Outcome, Rejection>] {
        var results: [Result<Outcome, Rejection>?] = Array(repeating: nil, count: count)
        for account in accounts {
            for answer in account.answers {
                switch answer.result {
                case .decided(let result): results[answer.index] = result
                case .repeated(let earlier):
                    let replay = Replay(earlier: earlier, now: now, catalogs: catalogs, journal: writing)
                    results[answer.index] = try replay.result(of: answer.command, state: account.state)
                }
            }
        }
        return results.compactMap { $0 }
    }
}
