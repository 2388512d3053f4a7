import ScripCore
import ScripEngine
import ScripTesting
import Testing

private let credits = CreditTypeID(unchecked: "credits")
private let chat = ActionID(unchecked: "chat")

@Suite(.timeLimit(.minutes(15))) struct WhatIfTests {
    private static let dearer = Fixture.catalog.replacing(#"{fixed: "1"}"#, with: #"{fixed: "2"}"#)

    @Test(arguments: StoreKind.allCases)
    func `a dearer draft says who would have paid more and who would have run out`(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        for id in ["ada", "bob", "eve"] { try await fixture.open(id) }
        for _ in 0..<4 { _ = try await fixture.submit("ada", .charge(Usage(action: chat))) }
        _ = try await fixture.submit("bob", .charge(Usage(action: chat)))
        let report = try await fixture.engine.whatIf(document: WhatIfTests.dearer)
        #expect(report.accountCount == 3 && report.nextAfter == nil)
        let total = try #require(report.totals.first)
        #expect(total.sums.count == 5 && total.sums.charged == 5_000_000_000 && total.sums.change == 5_000_000_000)
        #expect(
            report.byAction.map(\.key.name) == ["chat"] && report.byAction.first?.sums.wouldCharge == 10_000_000_000)
        #expect(report.accounts.map(\.key.name) == ["ada", "bob"])
        #expect(report.wouldRunOut.map(\.account.rawValue) == ["ada"] && report.wouldRunOutCount == 1)
        let lines = try await fixture.engine.entries(EntryQuery(account: AccountID(unchecked: "ada")))
        let charges = lines.map(\.entry).filter { $0.kind == .charge }.map(\.seq).sorted()
        #expect(report.wouldRunOut.first?.place.seq == charges[2])
        #expect(report.wouldNoLongerRunOut.isEmpty && report.notRated.isEmpty && report.fixed.isEmpty)
        let only = try await fixture.engine.whatIf(
            document: WhatIfTests.dearer, WhatIfQuery(account: AccountID(unchecked: "bob")))
        #expect(only.totals.first?.sums.change == 1_000_000_000 && only.wouldRunOutCount == 0)
    }

    @Test(arguments: StoreKind.allCases)
    func `nothing is written`(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        var history = RandomHistory(seed: 7)
        for step in history.steps(80) {
            fixture.clock.advance(seconds: step.seconds)
            _ = try? await fixture.submit(step.account, step.intent, key: step.key)
        }
        let before = try await content(of: fixture)
        // Time that nobody has looked at yet must not be written down either.
        fixture.clock.advance(seconds: 86_400 * 70)
        let report = try await fixture.engine.whatIf(
            document: WhatIfTests.dearer, WhatIfQuery(from: Fixture.day("2026-01-01")))
        #expect(report.lineCount > 50)
        #expect(try await content(of: fixture) == before)
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test func `amounts set outright stay and are counted`() async throws {
        let fixture = try await Fixture(.memory)
        try await fixture.open("ada", plan: "pro")
        var usage = Usage(action: chat)
        usage.amount = Credits("7")
        _ = try await fixture.submit("ada", .charge(usage))
        let placed = try await fixture.submit("ada", .hold(Usage(action: chat), seconds: 60))
        let hold = HoldID(seq: try #require(placed.entry?.entry.seq))
        _ = try await fixture.submit("ada", .capture(hold, CaptureOrder(amount: Credits("0.5"))))
        _ = try await fixture.submit("ada", .charge(Usage(action: chat)))
        let withoutChat = WhatIfTests.dearer.replacing("{id: chat, credit_type", with: "{id: talk, credit_type")
            .replacing("actions: [chat, summarize]", with: "actions: [summarize]")
        for (document, change) in [(WhatIfTests.dearer, Int128(1_000_000_000)), (withoutChat, 0)] {
            let report = try await fixture.engine.whatIf(document: document)
            #expect(report.fixed.map(\.sums.count) == [2] && report.fixed.first?.sums.charged == 7_500_000_000)
            #expect(report.totals.first?.sums.change == change)
            #expect(report.notRated.map(\.key.name) == (change == 0 ? ["unknown_action"] : []))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a walk within a bound says where to go on, and the parts add up`(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        for index in 0..<7 {
            try await fixture.open("u\(index)")
            for _ in 0..<(index % 4) { _ = try await fixture.submit("u\(index)", .charge(Usage(action: chat))) }
        }
        let whole = try await fixture.engine.whatIf(document: WhatIfTests.dearer)
        var query = WhatIfQuery(maxLines: 6)
        var (change, accounts, parts) = (Int128(0), Int64(0), 0)
        repeat {
            let part = try await fixture.engine.whatIf(document: WhatIfTests.dearer, query)
            change += part.totals.first?.sums.change ?? 0
            (accounts, parts, query.after) = (accounts + part.accountCount, parts + 1, part.nextAfter)
        } while query.after != nil
        #expect(parts > 2 && accounts == 7 && change == whole.totals.first?.sums.change)

        await #expect(
            throws: Rejection.invalid(
                field: "from", rule: "begins a period with more than 3 lines of account 'u3'")
        ) {
            try await fixture.engine.whatIf(
                document: WhatIfTests.dearer, WhatIfQuery(account: AccountID(unchecked: "u3"), maxLines: 3))
        }
    }

    @Test func `a period that is none, an unknown account and a wrong limit are refused`() async throws {
        let fixture = try await Fixture(.memory)
        let day = Fixture.day("2026-01-30")
        for query in [
            WhatIfQuery(from: day, to: day), WhatIfQuery(from: Fixture.day("2026-02-01")), WhatIfQuery(limit: 0),
            WhatIfQuery(limit: 1_001), WhatIfQuery(account: AccountID(unchecked: "nobody")),
        ] {
            await #expect(throws: Rejection.self) {
                try await fixture.engine.whatIf(document: WhatIfTests.dearer, query)
            }
        }
        await #expect(throws: CatalogProblem.self) { try await fixture.engine.whatIf(document: "plans: 7") }
    }

    /// Everything a store holds, as bytes.
    private func content(of fixture: Fixture) async throws -> [[UInt8]] {
        try await fixture.engine.store.read { reading in
            var bytes: [[UInt8]] = try reading.catalogs().map { Array("\($0)".utf8) }
            for account in try reading.accounts(after: nil, limit: 100) {
                let id = account.state.id
                bytes.append(StateCoding.encode(account.state))
                for line in try reading.entries(of: id, after: 0, limit: 10_000) {
                    bytes += [EntryCoding.encode(line.entry), Array(line.digest.description.utf8)]
                }
                bytes += try reading.usage(of: id, from: 0, through: 40_000).map { Array("\($0)".utf8) }
            }
            return bytes
        }
    }
}
