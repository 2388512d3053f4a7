import ScripCore
import ScripEngine
import ScripTesting
import Testing

/// Denials as every store keeps, adds up, lists, trims and copies them.
@Suite(.timeLimit(.minutes(15))) struct DenialStoreTests {
    private static let start = Fixture.day("2026-01-31")

    private static func denial(_ account: String, _ number: Int64, count: Int64 = 1) -> Denial {
        let subject = Denial.Subject(
            account: AccountID(unchecked: account), user: number % 2 == 0 ? "u\(number)" : nil,
            action: number % 3 == 0 ? nil : ActionID(unchecked: "a\(number % 3)"), operation: .charge,
            reason: "insufficient_credits", creditType: CreditTypeID(unchecked: "credits"))
        var denial = Denial(
            id: "dn_\(number)", subject: subject, count: count, firstAt: start.adding(seconds: number),
            lastAt: start.adding(seconds: number + 5))
        denial.required = Credits(nanocredits: number)
        denial.actor = "key_1"
        return denial
    }

    @Test(arguments: StoreKind.allCases)
    func `denials add up, and are listed newest first by what is asked for`(kind: StoreKind)
        async throws
    {
        let store = try await kind.make()
        let all = (0..<30).map { DenialStoreTests.denial($0 % 2 == 0 ? "a" : "b", $0) }
        try await store.write { try $0.add(all) }
        var more = DenialStoreTests.denial("a", 4, count: 7)
        (more.firstAt, more.lastAt) = (more.lastAt, more.lastAt.adding(seconds: 60))
        more.available = Credits(nanocredits: 3)
        let added = more
        try await store.write { try $0.add([added]) }
        var sum = more
        (sum.count, sum.firstAt) = (8, all[4].firstAt)
        #expect(try await store.read { try $0.denial("dn_4", of: AccountID(unchecked: "a")) } == sum)
        #expect(try await store.read { try $0.denial("dn_4", of: AccountID(unchecked: "b")) } == nil)
        var expected = all
        expected[4] = sum
        for account in ["a", "b", "c", nil] {
            for action in ["a1", "a2", nil] {
                var query = DenialQuery(account: account.map { AccountID(unchecked: $0) }, limit: 4)
                query.action = action.map { ActionID(unchecked: $0) }
                query.reason = "insufficient_credits"
                query.from = DenialStoreTests.start.adding(seconds: 9)
                query.to = DenialStoreTests.start.adding(seconds: 25)
                var found: [Denial] = []
                while case let page = try await store.read({ [query] in try $0.denials(query) }),
                    !page.isEmpty
                {
                    found += page
                    query.before = page.last?.place
                }
                query.before = nil
                #expect(found == expected.reversed().filter { query.matches($0) })
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `the oldest denials of too many are removed, of one account and of all`(kind: StoreKind)
        async throws
    {
        let store = try await kind.make()
        let all = (0..<30).map { DenialStoreTests.denial($0 % 2 == 0 ? "a" : "b", $0) }
        try await store.write { try $0.add(all) }
        func ids() async throws -> [String] {
            try await store.read { try $0.denials(DenialQuery(limit: 100)) }.map(\.id).reversed()
        }
        try await store.write { try $0.trimDenials(of: AccountID(unchecked: "a"), to: 13) }
        #expect(try await ids() == all.map(\.id).filter { $0 != "dn_0" && $0 != "dn_2" })
        try await store.write { try $0.trimDenials(of: AccountID(unchecked: "b"), to: 15) }
        #expect(try await ids().count == 28)
        try await store.write { try $0.trimDenials(of: nil, to: 10) }
        #expect(try await ids() == all.suffix(10).map(\.id))
        try await store.write {
            try $0.removeDenials(endedBefore: DenialStoreTests.start.adding(seconds: 30))
        }
        #expect(try await ids() == all.suffix(5).map(\.id))
    }

    @Test(arguments: StoreKind.allCases)
    func `denials that cannot be written wait, and are written with the next`(kind: StoreKind)
        async throws
    {
        let fixture = try await Fixture(kind)
        try await fixture.open("ada")
        var usage = Usage()
        usage.amount = Credits(nanocredits: Credits.nanocreditsPerCredit * 1_000_000)
        usage.creditType = CreditTypeID(unchecked: "credits")
        for _ in 0..<3 { _ = try? await fixture.submit("ada", .charge(usage)) }
        let denials = try await fixture.engine.denials(DenialQuery())
        #expect(denials.map(\.count) == [3] && denials.first?.subject.account.rawValue == "ada")
        #expect(try await fixture.engine.denials(DenialQuery()).map(\.count) == [3])
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test func `a copy has the denials of its source, once`() async throws {
        let (source, target) = (MemoryLedgerStore(), try await StoreKind.sqlite.make())
        let all = (0..<7).map { DenialStoreTests.denial("a", $0, count: $0 + 1) }
        try await source.write { try $0.add(all) }
        for _ in 0..<2 { _ = try await LedgerCopy(from: source, to: target).run() }
        #expect(try await target.read { try $0.denials(DenialQuery()) } == all.reversed())
    }
}
