import ScripCore
import ScripEngine
import ScripTesting
import Testing

/// Boundaries of what is paid for: time zones with clock changes, month ends, grace.
@Suite(.timeLimit(.minutes(15))) struct SubscriptionTests {
    private static let catalog = """
        credit_types: [{id: credits, name: Credits}]
        default_plan: free
        plans:
          - {id: free, name: Free, allowances: [{credit_type: credits, amount: "5", every: month}]}
          - {id: pro, name: Pro, grace_days: 7, allowances: [{credit_type: credits, amount: "100", every: month}]}
          - {id: team, name: Team, allowances: [{credit_type: credits, amount: "300", every: month}]}
        """

    /// One account with a clock.
    private struct Account {
        var state = AccountState(id: AccountID(unchecked: "a"))
        var now: Timestamp
        let catalogs: CatalogHistory

        init(at now: Timestamp, zone: String = "UTC", anchor: Timestamp? = nil) throws {
            self.now = now
            var catalog = try CatalogDocument.parse(SubscriptionTests.catalog)
            catalog.version = 1
            catalogs = CatalogHistory([catalog])
            var change = AccountChange()
            change.timeZone = TimeZoneRules(id: zone)
            change.anchor = anchor
            try submit(.subscription(.initialize(change)))
        }

        mutating func look(_ moment: Timestamp) -> SubscriptionStatus {
            now = moment
            _ = state.advance(to: now, catalogs: catalogs)
            return state.subscriptionStatus(at: now, catalog: catalogs.inForce(at: now))
        }

        @discardableResult
        mutating func submit(_ intent: Intent, key: String? = nil) throws -> Int {
            _ = state.advance(to: now, catalogs: catalogs)
            let origin = Origin(idempotencyKey: key.map { IdempotencyKey(unchecked: $0) })
            let command = Command(account: state.id, intent: intent, origin: origin)
            return try state.decide(command, context: DecisionContext(now: now, catalogs: catalogs)).entries.count
        }

        mutating func upgrade(to plan: String, until end: Timestamp?) throws {
            try submit(
                .subscription(.upgrade(SubscriptionOrder(plan: PlanID(unchecked: plan), endsAt: end))))
        }
    }

    @Test(arguments: ["plan", "renew"])
    func `a subscription that is paid for after it began has a period of its own from then`(route: String) throws {
        var account = try Account(
            at: SubscriptionTests.moment("2026-11-28T00:00"), anchor: SubscriptionTests.moment("2026-11-05T00:00"))
        try account.submit(.subscribe(SubscriptionOrder(plan: PlanID(unchecked: "pro"), when: .now)))
        try account.submit(.charge(.amount(Credits("40") ?? .zero)))
        let end = try SubscriptionTests.moment("2026-12-28T00:00")
        if route == "plan" {
            try account.submit(.subscribe(SubscriptionOrder(plan: PlanID(unchecked: "pro"), endsAt: end)))
        } else {
            try account.submit(.subscription(.renew(endsAt: end)))
        }
        let credits = CreditTypeID(unchecked: "credits")
        #expect(account.state.balance(of: credits).available == Credits("60"))
        _ = account.look(try SubscriptionTests.moment("2026-12-27T23:59"))
        #expect(account.state.balance(of: credits).available == Credits("60"), "no second allowance for one payment")
        #expect(account.state.typeBalance(of: credits).allowance?.period.end == end)
    }

    private static func moment(_ text: String) throws -> Timestamp {
        let parts = text.split { "-T:".contains($0) }.compactMap { Int($0) }
        let time = parts.count > 3 ? Int64(parts[3] * 3_600 + parts[4] * 60) : 0
        return CivilTime(
            year: parts[0], month: parts[1], day: parts[2],
            microsecondOfDay: time * Timestamp.microsecondsPerSecond
        ).asUTC
    }

    private static func before(_ moment: Timestamp) -> Timestamp { Timestamp(microseconds: moment.microseconds - 1) }

    @Test(arguments: [
        // Zone, paid until (UTC), grace until (UTC): seven days of the calendar, whatever the clocks do.
        ("UTC", "2026-03-01", "2026-03-08"),
        ("Europe/Vienna", "2026-03-24T23:00", "2026-03-31T22:00"),
        ("America/New_York", "2026-10-28T04:00", "2026-11-04T05:00"),
        ("Australia/Lord_Howe", "2026-04-01T13:00", "2026-04-08T13:30"),
        ("UTC", "2028-02-25", "2028-03-03"),
    ])
    func `grace lasts days of the calendar, and its last microsecond still counts`(
        zone: String, paidUntil: String, graceUntil: String
    ) throws {
        let (paid, grace) = (try SubscriptionTests.moment(paidUntil), try SubscriptionTests.moment(graceUntil))
        var account = try Account(at: paid.adding(seconds: -86_400 * 20), zone: zone)
        try account.upgrade(to: "pro", until: paid)
        #expect(account.look(SubscriptionTests.before(paid)).state == .active)
        let entered = account.look(paid)
        #expect(entered.state == .grace && entered.graceEndsAt == grace && entered.pastDueSince == paid)
        #expect(entered.plan?.rawValue == "pro")
        #expect(account.look(SubscriptionTests.before(grace)).state == .grace)
        let over = account.look(grace)
        #expect(over.state == .expired && over.plan?.rawValue == "free" && over.ended?.plan.rawValue == "pro")
        #expect(over.ended?.at == grace)
    }

    @Test func `one late look finds the same as many punctual ones`() throws {
        let paid = try SubscriptionTests.moment("2026-03-15")
        let last = try SubscriptionTests.moment("2026-06-20")
        var (late, punctual) = (
            try Account(at: paid.adding(seconds: -86_400)), try Account(at: paid.adding(seconds: -86_400))
        )
        try late.upgrade(to: "pro", until: paid)
        try punctual.upgrade(to: "pro", until: paid)
        for day in 0..<90 { _ = punctual.look(paid.adding(seconds: Int64(day) * 86_400)) }
        #expect(late.look(last) == punctual.look(last))
        #expect(late.state.typeBalances.map(\.allowance) == punctual.state.typeBalances.map(\.allowance))
    }

    @Test(arguments: [
        // Zone, anchor, paid until, after one renewal, after two (UTC).
        ("UTC", "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"),
        ("Europe/Vienna", "2026-01-31T23:00", "2026-02-28T23:00", "2026-03-31T22:00", "2026-04-30T22:00"),
        ("America/New_York", "2026-01-15T05:00", "2026-03-01T07:00", "2026-04-01T06:00", "2026-05-01T06:00"),
        ("UTC", "2026-01-01", "2026-02-28", "2026-03-31", "2026-04-30"),
    ])
    func `renewals by a period keep to the anchor and never drift`(
        zone: String, anchor: String, paid: String, once: String, twice: String
    ) throws {
        var account = try Account(
            at: try SubscriptionTests.moment("2026-01-31"), zone: zone, anchor: try SubscriptionTests.moment(anchor))
        account.now = max(account.now, try SubscriptionTests.moment(anchor))
        try account.upgrade(to: "pro", until: try SubscriptionTests.moment(paid))
        try account.submit(.subscription(.renew(endsAt: nil)), key: "1")
        #expect(try account.look(account.now).endsAt == SubscriptionTests.moment(once))
        account.now = try SubscriptionTests.moment(once).adding(seconds: -3_600)
        try account.submit(.subscription(.renew(endsAt: nil)), key: "2")
        #expect(try account.look(account.now).endsAt == SubscriptionTests.moment(twice))
    }

    @Test func `a renewal in grace pays for the missed period, and one after it brings the plan back`() throws {
        let paid = try SubscriptionTests.moment("2026-02-28")
        var account = try Account(at: try SubscriptionTests.moment("2026-01-31"))
        try account.upgrade(to: "pro", until: paid)
        #expect(account.look(paid.adding(seconds: 86_400)).state == .grace)
        try account.submit(.subscription(.renew(endsAt: nil)), key: "1")
        let renewed = account.look(account.now)
        #expect(try renewed.state == .active && renewed.endsAt == SubscriptionTests.moment("2026-03-31"))
        #expect(renewed.graceEndsAt == nil && renewed.pastDueSince == nil)

        #expect(try account.look(SubscriptionTests.moment("2026-05-01")).state == .expired)
        let end = try SubscriptionTests.moment("2026-06-01")
        #expect(try account.submit(.subscription(.renew(endsAt: end))) > 0)
        let back = account.look(account.now)
        #expect(back.plan?.rawValue == "pro" && back.state == .active && back.fallbackPlan?.rawValue == "free")
        #expect(try account.submit(.subscription(.renew(endsAt: end))) == 0)
    }

    @Test func `every verb may be repeated, and the second time changes nothing`() throws {
        var account = try Account(at: try SubscriptionTests.moment("2026-01-31"))
        let end = try SubscriptionTests.moment("2026-03-31")
        let order = SubscriptionOrder(plan: PlanID(unchecked: "pro"), endsAt: end)
        let verbs: [SubscriptionVerb] = [
            .initialize(AccountChange()), .upgrade(order), .renew(endsAt: end.adding(seconds: 86_400)), .missPayment,
            .renew(endsAt: end.adding(seconds: 86_400 * 2)),
            .downgrade(SubscriptionOrder(plan: PlanID(unchecked: "free"))), .expire,
        ]
        for verb in verbs {
            _ = try account.submit(.subscription(verb))
            #expect(try account.submit(.subscription(verb)) == 0, "\(verb)")
        }
    }

    @Test func `a notice that comes late never shortens what is paid for`() throws {
        var account = try Account(at: try SubscriptionTests.moment("2026-01-31"))
        let end = try SubscriptionTests.moment("2026-05-31")
        try account.upgrade(to: "pro", until: end)
        #expect(try account.submit(.subscription(.renew(endsAt: try SubscriptionTests.moment("2026-03-31")))) == 0)
        #expect(account.look(account.now).endsAt == end)
    }

    @Test func `states are told apart`() throws {
        var account = try Account(at: try SubscriptionTests.moment("2026-01-31"))
        #expect(account.look(account.now).state == .active)
        let end = try SubscriptionTests.moment("2026-03-31")
        try account.upgrade(to: "pro", until: end)
        try account.submit(.subscription(.missPayment))
        let due = account.look(account.now)
        #expect(due.state == .pastDue && due.plan?.rawValue == "pro" && due.endsAt == end)
        try account.submit(.subscription(.renew(endsAt: end)))
        #expect(account.look(account.now).state == .active)
        try account.submit(.subscription(.downgrade(SubscriptionOrder(plan: PlanID(unchecked: "free")))))
        let canceled = account.look(account.now)
        #expect(canceled.state == .canceledAtPeriodEnd && canceled.pending?.at == end)
        // What was canceled is not waited for: no grace.
        let after = account.look(end)
        #expect(after.state == .active && after.plan?.rawValue == "free" && after.graceEndsAt == nil)
    }

    @Test func `a missed payment without an end counts grace from now, and a plan without grace ends at once`() throws {
        var pro = try Account(at: try SubscriptionTests.moment("2026-01-31"))
        try pro.upgrade(to: "pro", until: nil)
        pro.now = try SubscriptionTests.moment("2026-02-10")
        try pro.submit(.subscription(.missPayment))
        let grace = pro.look(pro.now)
        #expect(try grace.state == .grace && grace.graceEndsAt == SubscriptionTests.moment("2026-02-17"))
        var team = try Account(at: try SubscriptionTests.moment("2026-01-31"))
        try team.upgrade(to: "team", until: nil)
        try team.submit(.subscription(.missPayment))
        #expect(team.look(team.now).state == .expired)
        var free = try Account(at: try SubscriptionTests.moment("2026-01-31"))
        #expect(try free.submit(.subscription(.missPayment)) == 0)
    }

    @Test func `up is not down, and a renewal without a name or an end is refused`() throws {
        var account = try Account(at: try SubscriptionTests.moment("2026-01-31"))
        try account.upgrade(to: "pro", until: try SubscriptionTests.moment("2026-03-31"))
        func refused(_ verb: SubscriptionVerb, key: String? = nil) -> String? {
            do {
                _ = try account.submit(.subscription(verb), key: key)
                return nil
            } catch { return (error as? Rejection)?.description }
        }
        let (free, team) = (PlanID(unchecked: "free"), PlanID(unchecked: "team"))
        #expect(refused(.upgrade(SubscriptionOrder(plan: free)))?.contains("use a downgrade") == true)
        #expect(refused(.downgrade(SubscriptionOrder(plan: team)))?.contains("use an upgrade") == true)
        #expect(refused(.renew(endsAt: nil))?.contains("idempotency key") == true)
        try account.submit(.subscription(.renew(endsAt: .latest)))
        #expect(refused(.renew(endsAt: nil), key: "1")?.contains("before the year 10000") == true)
        #expect(account.look(account.now).endsAt == .latest)
        #expect(refused(.upgrade(SubscriptionOrder(plan: PlanID(unchecked: "nothing"))))?.contains("no plan") == true)
    }
}
