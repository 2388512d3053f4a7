import ScripCore
import ScripEngine
import ScripPostgres
import ScripSQLite
import ScripTesting
import Testing

/// Totals by any grouping are what adding the journal's lines up gives, on every store.
@Suite("Usage by time and by who used what", .timeLimit(.minutes(15)))
struct UsageGroupingTests {
    private static let credits = CreditTypeID(unchecked: "credits")
    private static let groupings = [
        "day,action", "hour", "week", "month", "action", "credit_type", "user", "model,provider", "resource_type",
        "month,user,action", "hour,user,model,provider,resource_type,action",
    ]

    private static func fill(_ fixture: Fixture, seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        for id in ["a", "b"] { try await fixture.open(id, plan: "endless") }
        for number in 0..<150 {
            fixture.clock.advance(seconds: Int64.random(in: 1...40_000, using: &generator))
            var usage = Usage(
                action: ActionID(unchecked: number % 3 == 0 ? "chat" : "summarize"),
                counts: ["input_tokens": Quantity(Int64.random(in: 0...9_000, using: &generator)), "output_tokens": 10])
            usage.user = [nil, "u1", "u2", "u3"].randomElement(using: &generator) ?? nil
            usage.model = [nil, "m1", "m2"].randomElement(using: &generator) ?? nil
            usage.provider = [nil, "p1"].randomElement(using: &generator) ?? nil
            if Bool.random(using: &generator) {
                usage.resource = Usage.Resource(type: Bool.random(using: &generator) ? "chat" : "task", id: "\(number)")
            }
            if number % 7 == 0 {
                usage.occurredAt = fixture.clock.now().adding(
                    seconds: -Int64.random(in: 0...2_000_000, using: &generator))
            }
            let id = number % 4 == 0 ? "b" : "a"
            let outcome = try await fixture.submit(id, .track(usage))
            if number % 9 == 0, let line = outcome.entry?.entry.id, outcome.entry?.entry.amount.isZero == false {
                _ = try await fixture.submit(id, .refund(line, amount: nil, reason: nil))
            }
        }
    }

    /// What a grouping should give, from the lines.
    private static func expected(
        _ lines: [Entry], _ words: [String]
    ) -> [String: (charged: Int64, refunded: Int64, count: Int64, input: Int64)] {
        var sums: [String: (charged: Int64, refunded: Int64, count: Int64, input: Int64)] = [:]
        for line in lines where line.kind == .charge || line.kind == .refund {
            let key = words.map { word in
                switch word {
                case "hour": String(line.effectiveAt.microseconds / 3_600_000_000)
                case "day": String(line.effectiveAt.day)
                case "week": String(line.effectiveAt.day - (line.effectiveAt.day + 3) % 7)
                case "month": "\(CivilTime(line.effectiveAt).year)-\(CivilTime(line.effectiveAt).month)"
                case "action": line.usage?.action?.rawValue ?? ""
                case "user": line.usage?.user ?? ""
                case "model": line.usage?.model ?? ""
                case "provider": line.usage?.provider ?? ""
                case "resource_type": line.usage?.resource?.type ?? ""
                default: "credits"
                }
            }.joined(separator: "|")
            var sum = sums[key] ?? (0, 0, 0, 0)
            if line.kind == .refund {
                sum.refunded += line.amount.nanocredits
            } else {
                sum.charged -= line.amount.nanocredits
                sum.count += 1
                sum.input += line.usage?.inputTokens ?? 0
            }
            sums[key] = sum
        }
        return sums
    }

    private static func key(_ group: UsageGroup, _ words: [String]) -> String {
        words.map { word in
            let day = HourlyUsage.day(ofHour: group.start)
            switch word {
            case "hour": return String(group.start)
            case "day", "week": return String(day)
            case "month":
                let civil = CivilTime(Timestamp(microseconds: Int64(day) * Timestamp.microsecondsPerDay))
                return "\(civil.year)-\(civil.month)"
            case "action": return group.action
            case "user": return group.detail.user
            case "model": return group.detail.model
            case "provider": return group.detail.provider
            case "resource_type": return group.detail.resourceType
            default: return "credits"
            }
        }.joined(separator: "|")
    }

    @Test("Every grouping is what the journal adds up to", arguments: StoreKind.allCases)
    func groups(kind: StoreKind) async throws {
        let seed = UInt64.random(in: .min ... .max)
        print("seed \(seed)")
        let fixture = try await Fixture(kind)
        try await Self.fill(fixture, seed: seed)
        let period = UsagePeriod(from: Fixture.day("2025-12-01"), to: Fixture.day("2026-11-01"))
        var all: [Entry] = []
        for id in ["a", "b"].map({ AccountID(unchecked: $0) }) {
            let lines = try await fixture.engine.store.read { try $0.entries(of: id, after: 0, limit: 1_000) }
            all += lines.map(\.entry)
            for text in Self.groupings {
                let words = text.split(separator: ",").map(String.init)
                let rows = try await fixture.engine.usage(of: id, in: period, by: UsageGrouping(text))
                Self.compare(rows, Self.expected(lines.map(\.entry), words), words, "\(text) seed \(seed)")
            }
            let own = try await fixture.engine.usage(of: id, in: period, by: UsageGrouping("day"), of: "u1")
            let mine = lines.map(\.entry).filter { $0.usage?.user == "u1" }
            Self.compare(own, Self.expected(mine, ["day"]), ["day"], "own, seed \(seed)")
        }
        for text in Self.groupings {
            let words = text.split(separator: ",").map(String.init)
            let rows = try await fixture.engine.usageTotals(in: period, by: UsageGrouping(text)).rows
            Self.compare(rows, Self.expected(all, words), words, "all by \(text) seed \(seed)")
        }
        let verification = try await fixture.engine.verify()
        #expect(verification.isClean, "\(verification.differences) seed \(seed)")
    }

    private static func compare(
        _ rows: [GroupedUsage], _ wanted: [String: (charged: Int64, refunded: Int64, count: Int64, input: Int64)],
        _ words: [String], _ what: String
    ) {
        #expect(Set(rows.map { key($0.group, words) }) == Set(wanted.keys), "\(what)")
        for row in rows {
            guard let sum = wanted[key(row.group, words)] else { continue }
            #expect(row.sum.charged.nanocredits == Int128(sum.charged), "\(what)")
            #expect(row.sum.refunded.nanocredits == Int128(sum.refunded), "\(what)")
            #expect(row.sum.count == Int128(sum.count) && row.sum.inputTokens == Int128(sum.input), "\(what)")
        }
    }

    @Test("More rows than an answer may have, and more days than may be told apart, are refused")
    func bounds() async throws {
        let fixture = try await Fixture(.memory)
        try await fixture.open("a", plan: "endless")
        let id = AccountID(unchecked: "a")
        let long = UsagePeriod(from: Fixture.day("2024-01-01"), to: Fixture.day("2026-01-01"))
        await #expect(throws: Rejection.self) {
            try await fixture.engine.usage(of: id, in: long, by: UsageGrouping("user"))
        }
        _ = try await fixture.engine.usage(of: id, in: long, by: UsageGrouping("week,action"))
        for text in ["year", "day,hour", "day;action"] {
            #expect(throws: UsageGrouping.Problem.self) { try UsageGrouping(text) }
        }
    }

    @Test("Erasing leaves totals without users, and verification clean", arguments: StoreKind.allCases)
    func erased(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        try await Self.fill(fixture, seed: 7)
        let id = AccountID(unchecked: "a")
        let period = UsagePeriod(from: Fixture.day("2025-12-01"), to: Fixture.day("2026-11-01"))
        let before = try await fixture.engine.usage(of: id, in: period, by: UsageGrouping("hour,model"))
        _ = try await fixture.engine.erase(account: id, origin: Origin())
        #expect(try await fixture.engine.usage(of: id, in: period, by: UsageGrouping("hour,model")) == before)
        let users = try await fixture.engine.usage(of: id, in: period, by: UsageGrouping("user,resource_type"))
        #expect(users.map(\.group.detail) == [UsageDetail()])
        let verification = try await fixture.engine.verify()
        #expect(verification.isClean, "\(verification.differences)")
    }

    @Test("On SQLite, what earlier versions counted is filled from the journal")
    func earlierSQLite() async throws {
        let path = StoreKind.temporaryPath()
        let fixture = try await Fixture(SQLiteLedgerStore(path: path, window: 50))
        try await Self.fill(fixture, seed: 11)
        let period = UsagePeriod(from: Fixture.day("2025-12-01"), to: Fixture.day("2026-11-01"))
        let grouping = try UsageGrouping("hour,user,model,provider,resource_type,action")
        let wanted = try await fixture.engine.usageTotals(in: period, by: grouping).rows
        try await fixture.engine.store.close()
        let strip = "CAST(json_remove(CAST(state AS TEXT), '$.usage_hours') AS BLOB)"
        _ = try SQLiteShell.run(
            """
            DROP TABLE usage_hours; DELETE FROM grdb_migrations WHERE identifier LIKE '%-usage-hours';
            UPDATE accounts SET state = \(strip); UPDATE segments SET state = \(strip);
            """, in: path)
        let opened = try await Fixture(SQLiteLedgerStore(path: path), at: "2026-06-01")
        #expect(try await opened.engine.usageTotals(in: period, by: grouping).rows == wanted)
        try await Self.goOn(opened)
        try await opened.engine.store.close()
    }

    @Test("On PostgreSQL, what earlier versions counted is filled from the journal")
    func earlierPostgres() async throws {
        let name = try await PostgresDatabases.shared.make()
        let cluster = try PostgresCluster.shared.get()
        let address = cluster.address(of: name)
        let fixture = try await Fixture(PostgresLedgerStore(address: address, laneCount: 1, readerCount: 1))
        try await Self.fill(fixture, seed: 13)
        let period = UsagePeriod(from: Fixture.day("2025-12-01"), to: Fixture.day("2026-11-01"))
        let grouping = try UsageGrouping("hour,user,model,provider,resource_type,action")
        let wanted = try await fixture.engine.usageTotals(in: period, by: grouping).rows
        try await fixture.engine.store.close()
        _ = try cluster.run(
            sql: """
                DROP TABLE scrip.usage_hours; DELETE FROM scrip.migrations WHERE name = 'usage by the hour';
                UPDATE scrip.accounts SET state = (state::jsonb - 'usage_hours')::text;
                UPDATE scrip.snapshots SET state = (state::jsonb - 'usage_hours')::text;
                """, in: name)
        #expect(try await PostgresMigrations(address: address).apply().map(\.name) == ["usage by the hour"])
        let opened = try await Fixture(
            PostgresLedgerStore(address: address, laneCount: 1, readerCount: 1), at: "2026-06-01")
        #expect(try await opened.engine.usageTotals(in: period, by: grouping).rows == wanted)
        try await Self.goOn(opened)
        try await opened.engine.store.close()
    }

    /// The database of before verifies clean, and does so after more was used.
    private static func goOn(_ fixture: Fixture) async throws {
        for _ in 0..<2 {
            let verification = try await fixture.engine.verify()
            #expect(verification.isClean, "\(verification.differences) \(verification.findings)")
            var usage = Usage(action: ActionID(unchecked: "chat"))
            usage.user = "later"
            _ = try await fixture.submit("a", .track(usage))
        }
    }
}
