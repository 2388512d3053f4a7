import ScripCore
import ScripEngine

/// One account with its journal in memory, straight on the rules.
struct TestAccount {
    static let credits = CreditTypeID(unchecked: "credits")

    private(set) var state = AccountState(id: AccountID(unchecked: "a"))
    private(set) var journal: [SealedEntry] = []
    var catalogs: CatalogHistory
    var now: Timestamp

    init(_ catalogs: CatalogHistory, at now: Timestamp) {
        self.catalogs = catalogs
        self.now = now
    }

    /// An account under the stories' catalog, opened on 1 January 2026.
    init(plan: String = "none") throws {
        var catalog = try CatalogDocument.parse(ScenarioTests.catalog)
        catalog.version = 1
        self.init(CatalogHistory([catalog]), at: TestAccount.day(2026, 1, 1))
        var change = AccountChange()
        change.plan = PlanID(unchecked: plan)
        try submit(.putAccount(change))
    }

    static func day(_ year: Int, _ month: Int, _ day: Int) -> Timestamp {
        CivilTime(year: year, month: month, day: day, microsecondOfDay: 0).asUTC
    }

    /// Goes to a moment.
    mutating func advance(to moment: Timestamp) {
        now = moment
        journal += state.advance(to: moment, catalogs: catalogs)
    }

    /// Goes to now and decides a command.
    @discardableResult
    mutating func submit(_ intent: Intent, key: String? = nil) throws(Rejection) -> Decision {
        journal += state.advance(to: now, catalogs: catalogs)
        let origin = Origin(actor: "test", idempotencyKey: key.map { IdempotencyKey(unchecked: $0) })
        let lines = journal
        let context = DecisionContext(
            now: now, catalogs: catalogs,
            entry: { seq in lines.indices.contains(Int(seq) - 1) ? lines[Int(seq) - 1].entry : nil },
            latestEntry: { seq in lines.last { $0.entry.subject == seq }?.entry }
        )
        let decision = try state.decide(Command(account: state.id, intent: intent, origin: origin), context: context)
        journal += decision.entries
        return decision
    }

    /// The code of the refusal of a command, or `nil` when it is carried out.
    mutating func refusal(of intent: Intent) -> String? {
        do throws(Rejection) {
            try submit(intent)
            return nil
        } catch {
            return error.code
        }
    }

    /// The standing in credits.
    var standing: Balance { state.balance(of: TestAccount.credits) }
}

extension Usage {
    /// An amount of credits outright.
    static func amount(_ credits: Credits, action: String? = nil) -> Usage {
        var usage = Usage(action: action.map { ActionID(unchecked: $0) })
        usage.amount = credits
        usage.creditType = TestAccount.credits
        return usage
    }
}
