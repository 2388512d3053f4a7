import ScripCore
import ScripEngine
import ScripJSON
import ScripTesting
import Testing

@Suite(.timeLimit(.minutes(15))) struct AuditTests {
    private static let credits = CreditTypeID(unchecked: "credits")
    private static let ada = AccountID(unchecked: "ada")

    private static func origin(_ reason: String? = nil) -> Origin {
        Origin(
            actor: "key_1",
            caller: Caller(
                kind: .user, id: "u_1", impersonator: "staff_1", address: "203.0.113.7", userAgent: "app/1",
                requestID: "r1"),
            reason: reason)
    }

    /// An account to which everything was done that the audit log records, with charges in between.
    static func busy(_ kind: StoreKind) async throws -> Fixture {
        let fixture = try await Fixture(kind)
        let engine = fixture.engine
        _ = try await engine.put(account: ada, change: AccountChange(), origin: origin()) { $0.name = "Ada Lovelace" }
        func submit(_ intent: Intent, key: String? = nil) async throws -> Outcome {
            var origin = origin("because")
            origin.idempotencyKey = key.map { IdempotencyKey(unchecked: $0) }
            origin.requestDigest = key.map { Digest(of: Array($0.utf8)) }
            fixture.clock.advance(seconds: 60)
            return try await engine.submit(Command(account: ada, intent: intent, origin: origin))
        }
        let order = GrantOrder(creditType: credits, amount: Credits("10") ?? .zero, source: .purchased)
        let granted = try await submit(.grant(order), key: "order-1")
        _ = try await submit(.grant(order), key: "order-1")
        let charge = try await submit(.charge(Usage(action: ActionID(unchecked: "chat"))))
        _ = try await submit(.hold(Usage(action: ActionID(unchecked: "chat")), seconds: 60))
        let line = try #require(charge.entry?.entry.id)
        _ = try await submit(.refund(line, amount: nil, reason: "did not work"))
        _ = try await submit(.adjust(credits, amount: Credits("-1") ?? .zero, reason: "counted twice"))
        _ = try await submit(.voidGrant(GrantID(seq: try #require(granted.entry?.entry.seq)), reason: nil))
        _ = try await submit(.subscription(.upgrade(SubscriptionOrder(plan: PlanID(unchecked: "pro")))))
        _ = try await submit(.subscription(.upgrade(SubscriptionOrder(plan: PlanID(unchecked: "pro")))))
        var change = AccountChange()
        change.enforcement = .observe
        _ = try await submit(.putAccount(change))
        _ = try await submit(.putAccount(change))
        let (key, _) = try await engine.createKey(name: "app", scopes: [.balanceRead], origin: origin())
        for _ in 0..<2 { _ = try await engine.revokeKey(key.id, origin: origin("left")) }
        let failure = TrackingFailure(
            id: "tf_1", reason: "unknown_action", detail: "x", eventID: "e", account: "ada", format: .plain,
            event: "{}", at: fixture.clock.now())
        try await engine.keep([failure])
        for _ in 0..<2 {
            _ = try await engine.changeTrackingFailure("tf_1", origin: origin()) { $0.status = .dismissed }
        }
        return fixture
    }

    private static func chain(_ fixture: Fixture, _ account: AccountID?) async throws -> [StoredAuditRecord] {
        try await fixture.engine.store.read { try $0.auditRecords(of: AuditChain(account), after: 0, limit: 1_000) }
    }

    @Test(arguments: StoreKind.allCases)
    func `accounts whose ids look alike and differ in bytes have chains of their own`(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        let alike = [AccountID(unchecked: "\u{E9}"), AccountID(unchecked: "e\u{301}")]
        let now = fixture.clock.now()
        try await fixture.engine.store.write { writing in
            for id in alike + alike {
                try writing.audit(AuditedChange(.topUpChanged, account: id), by: Origin(actor: "cli"), at: now)
            }
        }
        for id in alike {
            let chain = try await AuditTests.chain(fixture, id)
            #expect(chain.map(\.seq) == [1, 2] && chain.allSatisfy { $0.chain.account == id })
        }
        let verification = try await fixture.engine.verifyAudit()
        #expect(verification.isClean && verification.chainCount == 3)
    }

    @Test(arguments: StoreKind.allCases)
    func `every change is recorded once, with who, what, why and from where; charges and repeats are not`(
        kind: StoreKind
    ) async throws {
        let fixture = try await AuditTests.busy(kind)
        let account = try await AuditTests.chain(fixture, AuditTests.ada)
        #expect(
            account.map(\.action) == [
                "account_opened", "profile_changed", "credits_granted", "charge_refunded", "credits_adjusted",
                "grant_voided", "subscription_changed", "account_changed",
            ])
        let everything = try await AuditTests.chain(fixture, nil)
        #expect(
            everything.map(\.action) == [
                "catalog_applied", "key_created", "key_revoked", "tracking_failure_dismissed",
            ])
        let grant = try account[2].record()
        #expect(grant.caller == AuditTests.origin().caller && grant.actor == "key_1" && grant.actorID == "u_1")
        #expect(grant.change.reason == "because" && grant.idempotencyKey == "order-1")
        #expect(grant.change.before?["available"]?.stringValue == "5")
        #expect(grant.change.after?["available"]?.stringValue == "15")
        #expect(grant.change.after?["grant"]?["source"]?.stringValue == "purchased")
        #expect(try account[3].record().change.reason == "did not work")
        let plan = try account[6].record().change
        #expect(plan.before?["plan"]?.stringValue == "free" && plan.after?["plan"]?.stringValue == "pro")
        #expect(try await fixture.engine.verify().isClean)
        let verified = try await fixture.engine.verifyAudit()
        #expect(verified.isClean && verified.chainCount == 2 && verified.recordCount == 12)
    }

    @Test(arguments: StoreKind.allCases)
    func `no secret and nothing that is known of people is in a record`(kind: StoreKind) async throws {
        let fixture = try await AuditTests.busy(kind)
        let (key, secret) = try await fixture.engine.createKey(name: "app")
        let lines = try await fixture.engine.auditRecords(AuditQuery(limit: 1_000))
        #expect(lines.count == 13)
        for line in lines {
            let text = String(decoding: AuditCoding.encode(line.record), as: UTF8.self)
            for word in [secret.text, key.digest.description, key.lastFour, key.prefix, "Lovelace"] {
                #expect(!text.contains(word), "\(text)")
            }
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `records are found by account, actor, action and time, page by page`(kind: StoreKind) async throws {
        let fixture = try await AuditTests.busy(kind)
        let engine = fixture.engine
        var paged: [SealedAuditRecord] = []
        var query = AuditQuery(limit: 5)
        while case let page = try await engine.auditRecords(query), let last = page.last {
            paged += page
            query.before = AuditQuery.Place(
                recordedAt: last.record.recordedAt, chain: last.record.chain, seq: last.record.seq)
        }
        #expect(try await engine.auditRecords(AuditQuery(limit: 1_000)) == paged)
        #expect(paged.count == 12)
        let moments = paged.map(\.record.recordedAt)
        #expect(moments == moments.sorted(by: >))
        #expect(try await engine.auditRecords(AuditQuery(account: AuditTests.ada)).count == 8)
        query = AuditQuery()
        query.actor = "u_1"
        #expect(try await engine.auditRecords(query).count == 11)
        query.action = .keyRevoked
        #expect(try await engine.auditRecords(query).map(\.record.change.reason) == ["left"])
        query = AuditQuery()
        query.from = moments[3]
        #expect(try await engine.auditRecords(query).allSatisfy { $0.record.recordedAt >= moments[3] })
        query = AuditQuery()
        query.to = moments[8]
        #expect(try await engine.auditRecords(query).allSatisfy { $0.record.recordedAt < moments[8] })
    }

    /// What can be done to a chain behind Scrip's back.
    enum Tampering: CaseIterable, Sendable {
        case edited, editedWithNewDigest, removed, removedFirst, removedLast, swapped, renumbered, moved, refiled
    }

    @Test(arguments: StoreKind.allCases, Tampering.allCases)
    func `an edited, removed, moved or reordered record is found`(kind: StoreKind, tampering: Tampering) async throws {
        let fixture = try await AuditTests.busy(kind)
        var records = try await AuditTests.chain(fixture, AuditTests.ada)
        let chain = AuditChain(AuditTests.ada)
        let head = try await fixture.engine.store.read { try $0.auditHead(of: chain) }
        func check() -> AuditVerification.Difference? {
            var check = AuditCheck(chain: chain)
            for record in records { check.read(record) }
            check.end(at: head)
            return check.difference
        }
        #expect(check() == nil)
        let text = String(decoding: records[2].body, as: UTF8.self).replacing("u_1", with: "u_2")
        switch tampering {
        case .edited: records[2].body = Array(text.utf8)
        case .editedWithNewDigest:
            records[2].body = Array(text.utf8)
            records[2].digest = SealedEntry.digest(of: records[2].body, after: records[1].digest)
        case .removed: records.remove(at: 3)
        case .removedFirst: records.removeFirst()
        case .removedLast: records.removeLast()
        case .swapped: records.swapAt(2, 3)
        case .renumbered:
            records.swapAt(2, 3)
            (records[2].seq, records[3].seq) = (3, 4)
        case .moved: records[4].chain = AuditChain(nil)
        case .refiled: records[5].actor = "somebody else"
        }
        #expect(check() != nil)
    }

    @Test(arguments: StoreKind.allCases)
    func `a refused change leaves no record`(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        try await fixture.open("ada")
        let before = try await AuditTests.chain(fixture, AuditTests.ada)
        await #expect(throws: Rejection.self) {
            try await fixture.submit(
                "ada", .adjust(AuditTests.credits, amount: Credits("-50") ?? .zero, reason: "too much"))
        }
        await #expect(throws: CatalogProblem.self) { try await fixture.engine.applyCatalog(document: "plans: 1") }
        await #expect(throws: (any Error).self) {
            try await fixture.engine.applyCatalog(document: "credit_types: [{id: other}]", isDryRun: true)
        }
        #expect(try await AuditTests.chain(fixture, AuditTests.ada) == before)
        #expect(try await AuditTests.chain(fixture, nil).map(\.action) == ["catalog_applied"])
    }

    @Test(arguments: StoreKind.allCases)
    func `many changes at once make chains without gaps`(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        for index in 0..<4 { try await fixture.open("a\(index)") }
        let order = GrantOrder(creditType: AuditTests.credits, amount: Credits("1") ?? .zero, source: .bonus)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<200 {
                group.addTask { _ = try await fixture.submit("a\(index % 4)", .grant(order)) }
                if index % 20 == 0 { group.addTask { _ = try await fixture.engine.createKey(name: "k\(index)") } }
            }
            try await group.waitForAll()
        }
        let verified = try await fixture.engine.verifyAudit()
        #expect(verified.isClean && verified.chainCount == 5 && verified.recordCount == 4 + 200 + 10 + 1)
    }

    @Test func `two processes on one file add to the same chains`() async throws {
        let path = StoreKind.temporaryPath()
        let fixtures = [try await Fixture(.sqlite, path: path), try await Fixture(.sqlite, path: path)]
        try await fixtures[0].open("ada")
        let order = GrantOrder(creditType: AuditTests.credits, amount: Credits("1") ?? .zero, source: .bonus)
        for turn in 0..<10 {
            _ = try await fixtures[turn % 2].submit("ada", .grant(order))
            _ = try await fixtures[(turn + 1) % 2].engine.createKey(name: "k\(turn)")
        }
        for fixture in fixtures {
            let verified = try await fixture.engine.verifyAudit()
            #expect(verified.isClean && verified.recordCount == 22)
        }
    }
}
