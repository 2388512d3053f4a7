import ScripCore
import ScripEngine
import Testing

@Suite("Rules that no single story tells", .timeLimit(.minutes(15)))
struct RuleTests {
    private let one = Credits(nanocredits: 1_000_000_000)

    @Test("A catalog that comes into force on a period's first moment decides that period, however late anyone looks")
    func catalogOnBoundary() throws {
        let first = try CatalogDocument.parse(ScenarioTests.catalog)
        var second = try CatalogDocument.parse(
            ScenarioTests.catalog.replacing("amount: \"5\", every: month", with: "amount: \"8\", every: month"))
        second.version = 2
        second.effectiveAt = TestAccount.day(2026, 4, 1)
        let catalogs = CatalogHistory([first, second])
        var account = TestAccount(catalogs, at: TestAccount.day(2026, 1, 1))
        try account.submit(.putAccount(AccountChange()))
        var often = account
        for month in 2...4 { often.advance(to: TestAccount.day(2026, month, 1)) }
        account.advance(to: TestAccount.day(2026, 4, 15))
        #expect(often.standing.available.description == "8")
        #expect(account.standing.available.description == "8")
    }

    @Test("One command writes its idempotency key on one line only")
    func oneKey() throws {
        var account = try TestAccount(plan: "free")
        var change = AccountChange()
        change.kind = .organization
        change.plan = PlanID(unchecked: "pro")
        let decision = try account.submit(.putAccount(change), key: "k")
        #expect(decision.entries.count >= 2)
        #expect(account.journal.filter { $0.entry.idempotencyKey != nil }.count == 1)
        #expect(decision.answer?.entry.idempotencyKey == IdempotencyKey(unchecked: "k"))
    }

    @Test("An account full of grants still takes refunds that need none")
    func refundWithoutRoom() throws {
        var account = try TestAccount()
        for _ in 0..<Limits.openGrants {
            try account.submit(.grant(GrantOrder(creditType: TestAccount.credits, amount: one, source: .purchased)))
        }
        let half = Credits(nanocredits: 500_000_000)
        let charge = try #require(try account.submit(.charge(.amount(half))).answer)
        #expect(
            account.refusal(
                of: .grant(GrantOrder(creditType: TestAccount.credits, amount: one, source: .bonus)))
                == "too_many_open_grants")
        try account.submit(.refund(charge.entry.id, amount: nil, reason: nil))
        #expect(account.standing.available.description == "1000")
    }

    @Test("What was exact before rounding is kept as a fraction of credits when no decimal is exact")
    func unrounded() throws {
        let catalog = try CatalogDocument.parse(
            """
            credit_types: [{id: credits, name: Credits}]
            actions: [{id: third, credit_type: credits, rate: {per_tokens: {tokens: 3, credits: "1"}}}]
            """)
        let usage = Usage(action: ActionID(unchecked: "third"), counts: ["input_tokens": 10])
        let rating = try catalog.rate(usage, at: TestAccount.day(2026, 1, 1))
        #expect(rating.amount.description == "3.333333333")
        #expect(rating.unrounded == "10/3")
    }

    @Test("Names that look alike but are other bytes are other names")
    func namesAreBytes() throws {
        let composed = AccountID(unchecked: "caf\u{E9}")
        let decomposed = AccountID(unchecked: "cafe\u{301}")
        #expect(composed != decomposed)
        #expect(decomposed < composed)
        #expect(Set([composed, decomposed, AccountID(unchecked: "caf\u{E9}")]).count == 2)
        #expect(AccountTag(composed) != AccountTag(decomposed))
        #expect(IdempotencyKey(unchecked: "\u{C5}") != IdempotencyKey(unchecked: "\u{212B}"))
    }

    @Test(
        "Identifiers are text without edges of space and without control characters",
        arguments: [("", false), (" a", false), ("a ", false), ("a\n", false), ("a\u{7F}", false), ("a b", true)])
    func identifiers(text: String, isValid: Bool) {
        #expect((AccountID(text) != nil) == isValid)
        #expect(AccountID(String(repeating: "x", count: 255)) != nil)
        #expect(AccountID(String(repeating: "x", count: 256)) == nil)
        #expect(CreditTypeID(String(repeating: "x", count: 65)) == nil)
    }

    @Test(
        "Dates agree with the calendar",
        arguments: [
            (1970, 1, 1, 0), (2000, 2, 29, 11_016), (2000, 3, 1, 11_017), (1969, 12, 31, -1), (2026, 11, 21, 20_778),
            (1900, 3, 1, -25_508), (9999, 12, 31, 2_932_896), (2024, 2, 29, 19_782),
        ] as [(Int, Int, Int, Int)])
    func dates(year: Int, month: Int, day: Int, days: Int) {
        let civil = CivilTime(year: year, month: month, day: day, microsecondOfDay: 1)
        #expect(civil.daysSinceEpoch == days)
        #expect(CivilTime(civil.asUTC) == civil)
        #expect(civil.asUTC.day == Int32(days))
    }

    @Test("A whole day that clocks skipped moves forward by it")
    func skippedDay() throws {
        let apia = try #require(TimeZoneRules(id: "Pacific/Apia"))
        let noon: Int64 = 12 * 3_600 * Timestamp.microsecondsPerSecond
        let skipped = CivilTime(year: 2011, month: 12, day: 30, microsecondOfDay: noon)
        #expect(apia.civilTime(at: apia.moment(of: skipped)).day == 31)
    }
}
