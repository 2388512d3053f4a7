import ScripCore
import ScripEngine
import Testing

/// Usage recorded without a price, and its charge once there is one.
@Suite(.timeLimit(.minutes(15))) struct RateLaterTests {
    private static let document = """
        credit_types: [{id: credits, name: Credits, usd_value: "1"}]
        default_plan: free
        plans:
          - {id: free, name: Free, allowances: [{credit_type: credits, amount: "5"}]}
          - {id: endless, name: Endless, allowances: [{credit_type: credits, amount: unlimited}]}
        actions: [{id: ask, credit_type: credits, rate: {model_tokens: {markup: "1"}}}]
        unknown_model: record
        """

    /// The catalog from a moment on, with prices in dollars per million input tokens.
    private static func version(_ number: Int64, from moment: Timestamp, _ prices: [String: String]) throws -> Catalog {
        let models = prices.sorted { $0.key < $1.key }.map {
            "{provider: acme, id: \($0.key), usd_per_million: {input: \"\($0.value)\"}}"
        }
        var catalog = try CatalogDocument.parse(document + "\nmodels: [\(models.joined(separator: ", "))]")
        (catalog.version, catalog.effectiveAt) = (number, moment)
        return catalog
    }

    private static let opened = TestAccount.day(2026, 1, 1)
    private static let priced = TestAccount.day(2026, 1, 20)

    /// An account under a first version without prices, which tracked a million tokens of a model.
    private static func account(
        plan: String = "free", happenedAt: Timestamp? = nil
    ) throws -> (account: TestAccount, line: EntryID) {
        var account = TestAccount(CatalogHistory([try version(1, from: opened, [:])]), at: opened)
        var change = AccountChange()
        change.plan = PlanID(unchecked: plan)
        try account.submit(.putAccount(change))
        account.now = TestAccount.day(2026, 1, 10)
        var usage = Usage(action: ActionID(unchecked: "ask"), counts: ["input_tokens": 1_000_000])
        usage.model = "new"
        usage.occurredAt = happenedAt
        let recorded = try #require(try account.submit(.track(usage)).answer?.entry)
        #expect(recorded.amount == .zero && recorded.rating?.priced == .unrated)
        return (account, recorded.id)
    }

    /// Makes a version with a price the newest, from ``priced`` on.
    private static func price(_ account: inout TestAccount, _ dollars: String, version number: Int64 = 2) throws {
        account.catalogs = CatalogHistory(
            account.catalogs.versions + [
                try version(number, from: priced.adding(seconds: Int64(number)), ["new": dollars])
            ])
        account.now = priced.adding(seconds: 60)
    }

    /// The journal replays to the account that wrote it.
    private static func verify(_ account: TestAccount) throws {
        var replayed = try AccountState.replay(account.journal, of: account.state.id)
        var kept = account.state
        let totals = [replayed.takeClosedUsage(), kept.takeClosedUsage()]
        #expect(replayed == kept && totals[0] == totals[1])
        for line in account.journal { #expect(try EntryCoding.decode(line.encoded) == line.entry) }
    }

    @Test func `usage is charged by the first version with a price, on the day it happened`() throws {
        var (account, line) = try RateLaterTests.account()
        #expect(account.refusal(of: .rateLater(line)) == "unknown_model")
        try RateLaterTests.price(&account, "3")
        try RateLaterTests.price(&account, "9", version: 3)
        let decision = try account.submit(.rateLater(line))
        let charge = try #require(decision.answer?.entry)
        #expect(charge.amount == Credits("-3") && charge.rating?.priceVersion == 2 && charge.rating?.priced == .own)
        #expect(charge.subject == line.seq && charge.effectiveAt == TestAccount.day(2026, 1, 10))
        #expect(charge.recordedAt == account.now && account.standing.available == Credits("2"))
        #expect(account.standing.allowance?.used == Credits("3"))
        try RateLaterTests.verify(account)
    }

    @Test func `a price that is only to come is none yet`() throws {
        var (account, line) = try RateLaterTests.account()
        try RateLaterTests.price(&account, "3")
        account.now = RateLaterTests.priced
        #expect(account.refusal(of: .rateLater(line)) == "unknown_model")
        account.now = RateLaterTests.priced.adding(seconds: 2)
        try account.submit(.rateLater(line))
        #expect(account.standing.available == Credits("2"))
    }

    @Test func `usage gets its price once; what has one or is none is refused`() throws {
        var (account, line) = try RateLaterTests.account()
        try RateLaterTests.price(&account, "3")
        let charge = try #require(try account.submit(.rateLater(line)).answer?.entry)
        let lines = account.journal.count
        #expect(account.refusal(of: .rateLater(line)) == "invalid_request")
        #expect(account.refusal(of: .rateLater(charge.id)) == "invalid_request")
        #expect(account.refusal(of: .rateLater(EntryID(seq: 1))) == "entry_not_found")
        #expect(account.refusal(of: .rateLater(EntryID(seq: 999))) == "entry_not_found")
        #expect(account.journal.count == lines && account.standing.available == Credits("2"))
        try RateLaterTests.verify(account)
    }

    @Test func `on an unlimited plan it is counted as used and takes no credits`() throws {
        var (account, line) = try RateLaterTests.account(plan: "endless")
        try RateLaterTests.price(&account, "3")
        let charge = try #require(try account.submit(.rateLater(line)).answer?.entry)
        #expect(charge.draws.map(\.place) == [.unlimited] && charge.amount == Credits("-3"))
        #expect(account.standing.allowance?.used == Credits("3") && account.standing.debt == .zero)
        try RateLaterTests.verify(account)
    }

    @Test func `beyond the balance it becomes debt`() throws {
        var (account, line) = try RateLaterTests.account()
        try RateLaterTests.price(&account, "8")
        try account.submit(.rateLater(line))
        #expect(account.standing.debt == Credits("3") && account.standing.available == Credits("-3"))
        try RateLaterTests.verify(account)
    }

    @Test func `backdated usage is reported on its day and charged to the period it is rated in`() throws {
        let happened = TestAccount.day(2026, 1, 5)
        var (account, line) = try RateLaterTests.account(happenedAt: happened)
        try RateLaterTests.price(&account, "3")
        account.now = TestAccount.day(2026, 2, 10)
        let charge = try #require(try account.submit(.rateLater(line)).answer?.entry)
        #expect(charge.effectiveAt == happened && account.standing.available == Credits("2"))
        #expect(account.standing.allowance?.used == Credits("3"))
        try RateLaterTests.verify(account)
    }

    @Test func `totals count the usage once and its cost once`() throws {
        var (account, line) = try RateLaterTests.account(happenedAt: TestAccount.day(2026, 1, 5))
        try RateLaterTests.price(&account, "3")
        try account.submit(.rateLater(line))
        var state = account.state
        let rows = UsageTotals.merged(
            state.takeClosedUsage(), with: state.usageDay, from: 0, through: TestAccount.day(2026, 12, 31).day)
        let sum = rows.reduce(UsageTotals(day: 0, action: "", creditType: TestAccount.credits)) { $0.adding($1) }
        #expect(sum.count == 1 && sum.inputTokens == 1_000_000)
        #expect(sum.charged == Credits("3") && sum.cost == Dollars("3"))
        #expect(Set(rows.map(\.day)) == [TestAccount.day(2026, 1, 5).day])
    }

    @Test func `the charge can be refunded, and its usage is not rated again`() throws {
        var (account, line) = try RateLaterTests.account()
        try RateLaterTests.price(&account, "3")
        let charge = try #require(try account.submit(.rateLater(line)).answer?.entry)
        try account.submit(.refund(charge.id, amount: nil, reason: nil))
        #expect(account.standing.available == Credits("5") && account.standing.allowance?.used == .zero)
        #expect(account.refusal(of: .rateLater(line)) == "invalid_request")
        try RateLaterTests.verify(account)
    }
}
