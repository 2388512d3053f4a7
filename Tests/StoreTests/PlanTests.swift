import Foundation
import Logging
import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Testing

/// How PostgreSQL carries out what the store asks of it, told by its own `auto_explain` while it does.
@Suite(.heavy, .timeLimit(.minutes(15))) struct PlanTests {
    /// What a plan's node did.
    private struct Step {
        var statement: String
        var node: String
        var rowCount: Int
    }

    /// Tables that stay small, or are read as a whole by those who ask for the whole.
    private static let small: Set<String> = [
        "catalogs", "price_books", "signing_keys", "notice_key", "issuers", "migrations", "jobs",
    ]

    @Test func `no statement reads more rows of a growing table than it needs`() async throws {
        let cluster = try PostgresCluster(settings: [
            "session_preload_libraries=auto_explain", "auto_explain.log_min_duration=0", "auto_explain.log_analyze=on",
            "auto_explain.log_timing=off",
        ])
        let name = try cluster.makeDatabase()
        let address = cluster.address(of: name)
        _ = try await PostgresMigrations(address: address).apply()
        let first = try await Fixture(try await PostgresLedgerStore(address: address))
        try await PlanTests.use(first, "a")
        try await first.engine.store.close()
        try cluster.run(sql: PlanTests.multiply, in: name)
        let log = "\(cluster.folder)/server.log"
        let before = try Data(contentsOf: URL(fileURLWithPath: log)).count

        let fixture = try await Fixture(try await PostgresLedgerStore(address: address), at: "2026-02-20")
        try await PlanTests.use(fixture, "b")
        try await PlanTests.ask(fixture.engine.store)
        try await PlanTests.workInbox(fixture.engine, cluster, name)
        try await fixture.engine.store.close()
        let said = try Data(contentsOf: URL(fileURLWithPath: log)).dropFirst(before)
        let (statements, steps) = PlanTests.steps(String(decoding: said, as: UTF8.self))
        #expect(statements.count >= 60, "\(statements.count) statements")
        for step in steps {
            let table = step.node.firstMatch(of: /Seq Scan on (\w+)/).map { String($0.1) }
            let isWholeScan = table.map { !PlanTests.small.contains($0) } ?? false
            #expect(!isWholeScan, "\(step.node) in \(step.statement)")
            #expect(step.rowCount <= 1_000, "\(step.rowCount) rows: \(step.node) in \(step.statement)")
        }
    }

    /// Does everything once that writes.
    private static func use(_ fixture: Fixture, _ name: String) async throws {
        let chat = Usage(action: ActionID(unchecked: "chat"))
        for number in 0..<210 {
            let id = "\(name)\(number % 3)"
            if number < 3 { try await fixture.open(id, plan: "pro") }
            _ = try await fixture.submit(id, .charge(chat), key: "k\(number)")
            if number % 90 == 0 { fixture.clock.advance(seconds: 86_400) }
        }
        let id = AccountID(unchecked: "\(name)0")
        let charged = try await fixture.submit(id.rawValue, .charge(chat))
        if let line = charged.entry?.entry.id {
            _ = try await fixture.submit(id.rawValue, .refund(line, amount: nil, reason: "x"))
        }
        _ = try await fixture.submit(id.rawValue, .hold(chat, seconds: 60))
        _ = try await fixture.engine.put(account: id, change: AccountChange()) { $0.name = "A" }
        let (key, secret) = try await fixture.engine.createKey(name: "k")
        _ = try await fixture.engine.authenticate(secret.text)
        _ = try await fixture.engine.rotateKey(key.id, overlapSeconds: 60)
        _ = try await fixture.engine.revokeKey(key.id)
        try await fixture.engine.recordKeyUses()
        _ = try await fixture.engine.signingKey()
        let now = fixture.clock.now()
        try await fixture.engine.store.write { writing in
            try writing.append(PaymentMessage(provider: "stripe", id: name, kind: "paid", recordedAt: now))
            var profile = BillingProfile(account: id)
            (profile.provider, profile.customer) = ("stripe", "cus_\(name)")
            try writing.save(profile)
            try writing.save(
                TrackingFailure(
                    id: "tf_\(name)", reason: "unknown_action", detail: "x", eventID: nil, account: nil, format: .text,
                    event: "?", at: now))
            try writing.save(
                Purchase(
                    id: "pu_\(name)", account: id,
                    pack: Pack(
                        id: "hundred", creditType: CreditTypeID(unchecked: "credits"), credits: Credits("100") ?? .zero,
                        price: Price(minorUnits: 1_000, currency: "usd")),
                    catalogVersion: 1, provider: "stripe", policy: .takeBackRemaining, actor: nil, at: now))
        }
        fixture.clock.advance(seconds: 3_600)
        _ = try await Sweeper(engine: fixture.engine).sweep()
        let desk = PaymentDesk(
            engine: fixture.engine, providers: [ScriptedPaymentProvider(name: "other")],
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
        _ = try await desk.runTopUps()
        try await fixture.engine.store.write { writing in
            guard var job = try writing.job(name, waits: true) else { return }
            job.lastTurn = 1
            try writing.save(job)
        }
    }

    /// Lets a worker take a request of SQL's, which it refuses.
    private static func workInbox(_ engine: Engine, _ cluster: PostgresCluster, _ name: String) async throws {
        try cluster.run(
            sql: "INSERT INTO scrip.inbox (kind, subject, body, requested_by) VALUES ('x', 'b0', '{}', 'x')", in: name)
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let worker = InboxWorker(engine: engine, address: cluster.address(of: name), logger: logger)
        let work = Task { await worker.run() }
        let waiting = "SELECT EXISTS (SELECT FROM scrip.inbox WHERE status = 'waiting')"
        while try cluster.run(sql: waiting, in: name) == "t\n" { await Task.yield() }
        work.cancel()
        await work.value
    }

    /// Asks everything that can be asked.
    private static func ask(_ store: any LedgerStore) async throws {
        try await store.read { reading in
            let id = AccountID(unchecked: "b0")
            _ = try reading.account(id)
            _ = try reading.versions(of: [id, AccountID(unchecked: "b1")])
            _ = try reading.accounts(after: id, limit: 50)
            _ = try reading.accountIDs(after: id, limit: 50)
            _ = try reading.entry(7, of: id)
            _ = try reading.latestEntry(about: 24, of: id)
            _ = try reading.entries(of: id, after: 3, limit: 50)
            let state = try reading.account(id)?.state
            var query = EntryQuery(account: id)
            _ = try reading.entries(query)
            query.kinds = [.charge]
            query.action = ActionID(unchecked: "chat")
            query.from = state?.lastRecordedAt.adding(seconds: -86_400)
            query.to = .latest
            query.before = 60
            query.creditType = CreditTypeID(unchecked: "credits")
            _ = try reading.entries(query)
            _ = try reading.state(of: id, recordedBy: state?.lastRecordedAt ?? .latest)
            _ = try reading.state(of: id, after: 5)
            _ = try reading.usage(of: id, from: 0, through: .max)
            _ = try reading.usage(ofAccountsAfter: id, limit: 20, from: 0, through: .max) { _, _ in }
            _ = try reading.accountsDue(by: .earliest, limit: 50)
            _ = try reading.entry(for: IdempotencyKey(unchecked: "k3"), of: id)
            _ = try reading.catalogs()
            _ = try reading.priceBooks()
            _ = try reading.priceBookDocument(Digest.none)
            _ = try reading.trackingFailures(TrackingFailureQuery(limit: 20))
            _ = try reading.trackingFailures(TrackingFailureQuery(status: nil, reason: "rare", limit: 20))
            _ = try reading.trackingFailures(TrackingFailureQuery(status: nil, account: "rare", limit: 20))
            _ = try reading.trackingFailures(TrackingFailureQuery(reason: "unknown_action", limit: 20))
            _ = try reading.openTrackingFailureCount(of: .account("rare"), limit: 20)
            _ = try reading.openTrackingFailureCount(of: .sender("rare"), limit: 20)
            _ = try reading.denials(DenialQuery(limit: 20))
            _ = try reading.denials(DenialQuery(account: id, limit: 20))
            _ = try reading.trackingFailures(after: 3, limit: 20)
            _ = try reading.trackingFailures(withIDs: ["tf_a", "tf_b", "tf_none"])
            _ = try reading.openTrackingFailureCount(limit: 100)
            _ = try reading.auditHead(of: AuditChain(id))
            _ = try reading.auditChains(after: AuditChain(id), limit: 20)
            _ = try reading.auditRecords(of: AuditChain(id), after: 0, limit: 20)
            _ = try reading.auditRecords(AuditQuery(limit: 20))
            _ = try reading.auditRecords(AuditQuery(account: id))
            _ = try reading.auditRecords(AuditQuery(account: AccountID(unchecked: "many"), limit: 20))
            var audit = AuditQuery(limit: 20)
            audit.actor = "rare"
            _ = try reading.auditRecords(audit)
            audit.actor = nil
            audit.action = .keyRotated
            audit.from = .earliest
            _ = try reading.auditRecords(audit)
            _ = try reading.apiKey(digest: Digest.none)
            _ = try reading.apiKey(id: "key_b")
            _ = try reading.purchase("pu_b", of: id)
            _ = try reading.purchaseLocation(provider: Purchase.ownReferences, reference: "pu_b")
            _ = try reading.purchases(PurchaseQuery(limit: 20))
            var purchases = PurchaseQuery(limit: 20)
            purchases.account = id
            _ = try reading.purchases(purchases)
            _ = try reading.purchases(PurchaseQuery(statuses: [.failed], limit: 20))
            _ = try reading.purchases(PurchaseQuery(statuses: [.failed, .expired], limit: 20))
            purchases.account = AccountID(unchecked: "many")
            purchases.statuses = [.created]
            purchases.after = .init(createdAt: .latest, id: "x")
            _ = try reading.purchases(purchases)
            _ = try reading.purchasesDue(by: .latest, limit: 20)
            _ = try reading.paymentMessage(provider: "stripe", id: "b")
            _ = try reading.paymentMessages(
                after: PaymentMessage(provider: "stripe", id: "b", kind: "", recordedAt: .earliest), limit: 20)
            _ = try reading.billingProfile(of: id)
            _ = try reading.billingProfiles(after: id, limit: 20)
            _ = try reading.billingProfilesWithTopUp(after: id, limit: 20)
            _ = try reading.account(ofCustomer: "cus_b", provider: "stripe")
        }
    }

    /// Makes of each row many rows of other accounts, so that plans are those of a database that is in use.
    private static let multiply = """
        INSERT INTO scrip.accounts SELECT 'x' || n || account_id, seq, due_at + 1000000000000000, state, name, email,
            metadata FROM scrip.accounts, generate_series(1, 5000) AS n;
        INSERT INTO scrip.entries SELECT 'x' || n || account_id, seq, kind, credit_type, amount, action, subject,
            effective_at, recorded_at, idempotency_key, batch, hash, body
            FROM scrip.entries, generate_series(1, 700) AS n;
        INSERT INTO scrip.snapshots SELECT 'x' || n || account_id, seq, recorded_at, state
            FROM scrip.snapshots, generate_series(1, 5000) AS n;
        INSERT INTO scrip.usage_totals SELECT 'x' || n || account_id, day, action, credit_type, charged, refunded,
            count, input_tokens, output_tokens, cost_attodollars
            FROM scrip.usage_totals, generate_series(1, 5000) AS n;
        INSERT INTO scrip.audit_records SELECT 'x' || n || chain, seq, recorded_at - n, action, actor, hash, body
            FROM scrip.audit_records, generate_series(1, 5000) AS n;
        INSERT INTO scrip.audit_records SELECT 'many', 1000000 + row_number() OVER (), recorded_at + n, action, actor,
            hash, body FROM scrip.audit_records, generate_series(1, 5000) AS n WHERE chain NOT LIKE 'x%';
        INSERT INTO scrip.audit_heads SELECT 'x' || n || chain, seq, hash
            FROM scrip.audit_heads, generate_series(1, 5000) AS n;
        INSERT INTO scrip.purchases SELECT 'x' || n || account_id, purchase_id || n, status, created_at - n,
            next_attempt_at, (body::jsonb || jsonb_build_object('account', 'x' || n || account_id, 'id',
            purchase_id || n, 'created_at', created_at - n))::text
            FROM scrip.purchases, generate_series(1, 20000) AS n;
        INSERT INTO scrip.purchases SELECT 'many', purchase_id || n, status, created_at - n, next_attempt_at,
            (body::jsonb || jsonb_build_object('account', 'many', 'id', purchase_id || n, 'created_at',
            created_at - n))::text
            FROM scrip.purchases, generate_series(1, 20000) AS n WHERE account_id NOT LIKE 'x%';
        INSERT INTO scrip.purchase_references SELECT provider, reference || n, 'x' || n || account_id, purchase_id || n
            FROM scrip.purchase_references, generate_series(1, 20000) AS n;
        INSERT INTO scrip.denials SELECT account, id, 'charge', 'chat', 'insufficient_credits', 'credits', NULL, 1, n, n
            FROM generate_series(1, 20000) AS n, LATERAL (VALUES ('x' || n, 'd' || n), ('many', 'd' || n)) AS many (account, id);
        INSERT INTO scrip.record_seals SELECT kind, id || n, digest FROM scrip.record_seals, generate_series(1, 500) AS n;
        INSERT INTO scrip.provider_events SELECT provider, event_id || n, kind, subject, recorded_at
            FROM scrip.provider_events, generate_series(1, 20000) AS n;
        INSERT INTO scrip.billing_profiles SELECT 'x' || n || account_id, provider, customer || n, has_top_up,
            (body::jsonb || jsonb_build_object('account', 'x' || n || account_id, 'customer', customer || n))::text
            FROM scrip.billing_profiles, generate_series(1, 20000) AS n;
        INSERT INTO scrip.tracking_failures (id, status, reason, detail, event_id, account_id, format, event, entry,
            received_at, last_attempt_at, attempts)
            SELECT id || n, 'resolved', reason, detail, event_id, account_id, format, event, entry, received_at,
            last_attempt_at, attempts FROM scrip.tracking_failures, generate_series(1, 20000) AS n;
        INSERT INTO scrip.inbox (kind, subject, body, requested_by, status)
            SELECT 'x', 'x' || n % 100, '{}', 'x', 'done' FROM generate_series(1, 20000) AS n;
        INSERT INTO scrip.api_keys (id, name, digest, prefix, last_four, scopes, created_at)
            SELECT id || n, name, sha256((id || n)::bytea), prefix, last_four, scopes, created_at
            FROM scrip.api_keys, generate_series(1, 5000) AS n;
        ANALYZE;
        """

    /// The statements in a server's log that concern Scrip's tables, and how they were carried out.
    private static func steps(_ log: String) -> (Set<String>, [Step]) {
        var statements: Set<String> = []
        var steps: [Step] = []
        for part in log.components(separatedBy: "Query Text: ").dropFirst() {
            let lines = part.components(separatedBy: "\n")
            let split = lines.firstIndex { $0.contains("(cost=") } ?? lines.count
            let statement = lines[..<split].joined(separator: " ")
            guard statement.contains("scrip.") else { continue }
            statements.insert(statement)
            var node = ""
            for line in lines[split...] {
                if line.contains("(cost=") { node = line.trimmingCharacters(in: .whitespaces) }
                let counted =
                    line.firstMatch(of: /\(actual rows=(\d+)/).map(\.1)
                    ?? line.firstMatch(of: /Rows Removed by [\w ]+: (\d+)/).map(\.1)
                guard let counted, let count = Int(counted) else { continue }
                steps.append(Step(statement: statement, node: node, rowCount: count))
            }
        }
        return (statements, steps)
    }
}
