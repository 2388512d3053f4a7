import ScripCore
import ScripEngine
import ScripSQLite
import ScripTesting
import Synchronization
import Testing

/// Whatever is asked of a journal, one look at it reads no more than so many of its lines.
@Suite(.timeLimit(.minutes(15))) struct EntryPageTests {
    private static let account = AccountID(unchecked: "a")

    /// A journal of grants amid charges, and one charge of another action among its first lines.
    private static func fill(_ fixture: Fixture) async throws {
        try await fixture.open("a", plan: "none")
        let order = GrantOrder(
            creditType: CreditTypeID(unchecked: "credits"), amount: Credits("1000") ?? .zero, source: .purchased)
        _ = try await fixture.submit("a", .grant(order))
        _ = try await fixture.submit("a", .charge(Usage(action: ActionID(unchecked: "video"))))
        for number in 0..<150 {
            fixture.clock.advance(seconds: 60)
            _ = try await fixture.submit("a", .charge(Usage(action: ActionID(unchecked: "chat"))))
            if number.isMultiple(of: 40) { _ = try await fixture.submit("a", .grant(order)) }
        }
    }

    private static func queries(_ fixture: Fixture) -> [EntryQuery] {
        var grants = EntryQuery(account: account, limit: 3)
        grants.kinds = [.grant]
        var rare = EntryQuery(account: account, limit: 3)
        rare.action = ActionID(unchecked: "video")
        var none = EntryQuery(account: account, limit: 3)
        none.creditType = CreditTypeID(unchecked: "other")
        var between = EntryQuery(account: account, limit: 3)
        between.from = fixture.clock.now().adding(seconds: -6_000)
        between.to = fixture.clock.now().adding(seconds: -3_000)
        var part = EntryQuery(account: account, limit: 3)
        (part.after, part.before) = (20, 90)
        return [EntryQuery(account: account, limit: 3), grants, rare, none, between, part]
    }

    @Test(arguments: StoreKind.allCases)
    func `pages that each look at a few lines find together what one that looks at all of them finds`(
        kind: StoreKind
    ) async throws {
        let fixture = try await Fixture(kind)
        try await EntryPageTests.fill(fixture)
        for query in EntryPageTests.queries(fixture) {
            var whole = query
            whole.limit = 1_000
            let expected = try await fixture.engine.page(whole)
            #expect(expected.next == nil)
            var paged = query
            paged.maxEntriesRead = 10
            var found: [SealedEntry] = []
            var last = Int64.max
            repeat {
                let page = try await fixture.engine.page(paged)
                #expect(page.lines.count <= 3)
                let first = paged.before
                found += page.lines
                paged.before = page.next
                if let next = page.next {
                    #expect(next < last && (first.map { next >= $0 - 10 } ?? true), "\(page)")
                    last = next
                }
            } while paged.before != nil
            #expect(found == expected.lines, "\(query)")
        }
    }

    @Test func `on SQLite a filter that nothing matches reads no line beyond those of one look`() async throws {
        let count = Mutex(0)
        let path = StoreKind.temporaryPath()
        let store = try SQLiteLedgerStore(path: path)
        let fixture = try await Fixture(store)
        try await EntryPageTests.fill(fixture)
        try await store.close()
        var query = EntryQuery(account: EntryPageTests.account, limit: 5)
        query.creditType = CreditTypeID(unchecked: "other")
        query.maxEntriesRead = 40
        let again = try SQLiteLedgerStore(
            path: path,
            trace: { sql in
                if sql.hasPrefix("SELECT body, hash FROM entries") { count.withLock { $0 += 1 } }
            })
        let newest = try await again.read { try $0.page(EntryQuery(account: EntryPageTests.account, limit: 1)) }
        let last = try #require(newest.lines.first?.entry.seq)
        count.withLock { $0 = 0 }
        let page = try await again.read { [query] in try $0.page(query) }
        #expect(page.lines.isEmpty && page.next == last - 39)
        #expect(count.withLock { $0 } == 40)
        try await again.close()
    }

    @Test(arguments: StoreKind.allCases)
    func `the latest uses of a type are found although others were used a hundred times since`(
        kind: StoreKind
    ) async throws {
        let fixture = try await Fixture(kind)
        _ = try await fixture.engine.applyCatalog(
            document: """
                credit_types: [{id: credits, name: Credits}, {id: images, name: Images}]
                default_plan: pro
                plans: [{id: pro, name: Pro, allowances: [
                    {credit_type: credits, amount: "900", every: month}, {credit_type: images, amount: "9", every: month}]}]
                actions:
                  - {id: chat, credit_type: credits, rate: {fixed: "1"}}
                  - {id: image, credit_type: images, rate: {fixed: "1"}}
                """)
        try await fixture.open("a", plan: "pro")
        for _ in 0..<2 { _ = try await fixture.submit("a", .charge(Usage(action: ActionID(unchecked: "image")))) }
        let chats = Array(
            repeating: Command(
                account: EntryPageTests.account, intent: .charge(Usage(action: ActionID(unchecked: "chat")))),
            count: 600)
        for result in await fixture.engine.submit(chats) { _ = try result.get() }
        let uses = try await fixture.engine.latestUses(of: EntryPageTests.account, each: 5)
        #expect(uses[CreditTypeID(unchecked: "images")]?.count == 2)
        let latest = try #require(uses[CreditTypeID(unchecked: "credits")])
        #expect(latest.count == 5 && latest.map(\.entry.seq) == latest.map(\.entry.seq).sorted(by: >))
    }
}
