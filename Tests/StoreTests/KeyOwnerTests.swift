import ScripCore
import ScripEngine
import Testing

private let ada = AccountID(unchecked: "ada")
private let credits = CreditTypeID(unchecked: "credits")

extension Fixture {
    /// Does something under a name, with a digest of the request.
    func submit(
        _ id: AccountID, _ intent: Intent, key: IdempotencyKey, actor: String, request: String = "the same"
    ) async throws -> Outcome {
        let origin = Origin(actor: actor, idempotencyKey: key, requestDigest: Digest(of: Array(request.utf8)))
        return try await engine.submit(Command(account: id, intent: intent, origin: origin))
    }

    func grants(of id: AccountID) async throws -> [Entry] {
        var query = EntryQuery(account: id)
        query.kinds = [.grant]
        return try await engine.entries(query).map(\.entry)
    }
}

/// Names that callers, users, events and Scrip itself give never meet.
@Suite("Owners of idempotency keys", .timeLimit(.minutes(15)))
struct KeyOwnerTests {
    private let chat = Usage(action: ActionID(unchecked: "chat"))
    private let gift = Intent.grant(
        GrantOrder(creditType: credits, amount: Credits("1") ?? .zero, source: .promotional))

    private func key(_ name: String, _ owner: IdempotencyKey.Owner) -> IdempotencyKey {
        IdempotencyKey(unchecked: name, owner: owner)
    }

    @Test("Who takes a purchase's names first keeps neither its credits nor its money", arguments: StoreKind.allCases)
    func namesOfPurchases(kind: StoreKind) async throws {
        let (fixture, purchase) = try await Fixture.withPurchase(kind)
        let names = ["purchase:\(purchase.id)"] + (2...4).map { "purchase:\(purchase.id):\($0)" }
        for (owner, actor) in [(IdempotencyKey.Owner.caller, "key_1"), (.user("eve"), "user:eve")] {
            for name in names {
                _ = try await fixture.submit(ada, gift, key: key(name, owner), actor: actor, request: name)
            }
        }
        for name in names {
            _ = try await fixture.submit(ada, .track(chat), key: key(name, .event), actor: "key_1", request: name)
        }
        #expect(try await fixture.available("ada") == "4")
        #expect(try await fixture.record(.paid(), of: purchase).grants.count == 1)
        #expect(try await fixture.available("ada") == "104")
        #expect(try await fixture.record(.paid(refunded: 250), of: purchase).problem == nil)
        #expect(try await fixture.available("ada") == "79")
        var back = PaymentFacts.paid()
        back.refunds["re_250"] = .init(minorUnits: 250, status: .failed)
        _ = try await fixture.record(back, of: purchase)
        #expect(try await fixture.available("ada") == "104")
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test("One name of a caller, an event and two users is four names", arguments: StoreKind.allCases)
    func fourOwners(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        try await fixture.open("org", plan: "pro")
        let org = AccountID(unchecked: "org")
        // Two users whose names look alike are two, too.
        let origins: [(IdempotencyKey.Owner, String, Intent)] = [
            (.caller, "key_1", .charge(chat)), (.event, "key_1", .track(chat)),
            (.user("eve"), "user:eve", .charge(chat)), (.user("bob"), "user:bob", .charge(chat)),
            (.user("\u{C5}"), "user:\u{C5}", .charge(chat)), (.user("\u{212B}"), "user:\u{212B}", .charge(chat)),
            (.system, "job", .charge(chat)),
        ]
        var lines: [Int64?] = []
        for (owner, actor, intent) in origins {
            let outcome = try await fixture.submit(org, intent, key: key("1", owner), actor: actor)
            #expect(!outcome.isRepeat)
            lines.append(outcome.entry?.entry.seq)
            #expect(outcome.entry?.entry.statedKey == "1")
        }
        #expect(Set(lines).count == origins.count)
        #expect(try await fixture.available("org") == "\(100 - origins.count)")
        for ((owner, actor, intent), line) in zip(origins, lines) {
            let again = try await fixture.submit(org, intent, key: key("1", owner), actor: actor)
            #expect(again.isRepeat && again.entry?.entry.seq == line)
        }
        #expect(try await fixture.available("org") == "\(100 - origins.count)")
        await #expect(throws: Rejection.idempotencyKeyReused(key("1", .user("eve")))) {
            _ = try await fixture.submit(
                org, .charge(chat), key: key("1", .user("eve")), actor: "user:eve", request: "another")
        }
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test("Lines without owners count for those who could have written them", arguments: StoreKind.allCases)
    func earlierEntries(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        try await fixture.open("org", plan: "pro")
        let org = AccountID(unchecked: "org")
        let earlier: [(String, String, Intent, String)] = [
            ("k", "key_1", .charge(chat), "the same"), ("user:k", "user:eve", .charge(chat), "the same"),
            ("gift", "key_1", gift, "the same"), ("purchase:pu_taken", "key_1", .charge(chat), "the same"),
            ("purchase:pu_done", "stripe", gift, "purchase:pu_done"),
            ("inbox:done", "sql:app", gift, "the same"), ("inbox:taken", "key_1", gift, "the same"),
        ]
        for (name, actor, intent, request) in earlier {
            _ = try await fixture.submit(org, intent, key: key(name, .unstated), actor: actor, request: request)
        }
        func isRepeat(
            _ name: String, _ owner: IdempotencyKey.Owner, _ actor: String, _ intent: Intent,
            _ request: String = "the same"
        ) async throws -> Bool {
            try await fixture.submit(org, intent, key: key(name, owner), actor: actor, request: request).isRepeat
        }
        #expect(try await isRepeat("k", .caller, "key_2", .charge(chat)))
        #expect(try await isRepeat("k", .event, "key_1", .track(chat)))
        #expect(try await isRepeat("k", .user("eve"), "user:eve", .charge(chat)))
        #expect(try await !isRepeat("k", .user("bob"), "user:bob", .charge(chat)))
        #expect(try await !isRepeat("k", .system, "job", .charge(chat)))
        #expect(try await !isRepeat("gift", .event, "key_1", .track(chat)))
        #expect(try await isRepeat("gift", .caller, "key_1", gift))
        #expect(try await !isRepeat("purchase:pu_taken", .system, "stripe", gift, "purchase:pu_taken"))
        #expect(try await isRepeat("purchase:pu_taken", .caller, "key_1", .charge(chat)))
        #expect(try await isRepeat("purchase:pu_done", .system, "stripe", gift, "purchase:pu_done"))
        #expect(try await !isRepeat("purchase:pu_done", .caller, "key_1", gift))
        #expect(try await isRepeat("inbox:done", .system, "sql:app", gift))
        #expect(try await !isRepeat("inbox:taken", .system, "sql:app", gift))
        await #expect(throws: Rejection.idempotencyKeyReused(key("k", .caller))) {
            _ = try await isRepeat("k", .caller, "key_1", .charge(chat), "another")
        }
        let lines = try await fixture.engine.entries(EntryQuery(account: org)).map(\.entry)
        let mine = lines.filter { $0.actor == "user:eve" }
        #expect(mine.map(\.statedKey) == ["k"], "a user's name is shown as the user gave it")
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test("What an earlier version granted a purchase is not granted again", arguments: StoreKind.allCases)
    func earlierGrant(kind: StoreKind) async throws {
        let (fixture, purchase) = try await Fixture.withPurchase(kind)
        let name = "purchase:\(purchase.id)"
        let order = GrantOrder(creditType: credits, amount: purchase.credits, source: .purchased)
        _ = try await fixture.submit(ada, .grant(order), key: key(name, .unstated), actor: "stripe", request: name)
        #expect(try await fixture.record(.paid(), of: purchase).grants.count == 1)
        #expect(try await fixture.available("ada") == "100")
        #expect(try await fixture.grants(of: ada).count == 1)
        // And what Scrip's own name was used for must be what it is used for now.
        let other = try await fixture.purchase(by: "bob")
        _ = try await fixture.submit(
            other.account, gift, key: key("purchase:\(other.id)", .system), actor: "stripe", request: "something else")
        #expect(try await fixture.record(.paid(), of: other).problem == "idempotency_key_reused")
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test(
        "Two users of an account who give one name buy twice, and a caller a third time", arguments: StoreKind.allCases)
    func purchases(kind: StoreKind) async throws {
        let (fixture, _) = try await Fixture.withPurchase(kind)
        func buy(_ owner: IdempotencyKey.Owner, _ actor: String) async throws -> String {
            let origin = Origin(actor: actor, idempotencyKey: key("order", owner))
            return try await fixture.engine.createPurchase(
                of: "hundred", for: ada, provider: "stripe", origin: origin
            ).id
        }
        var ids: [String] = []
        for _ in 0..<2 {
            ids.append(try await buy(.user("eve"), "user:eve"))
            ids.append(try await buy(.user("bob"), "user:bob"))
            ids.append(try await buy(.caller, "key_1"))
        }
        #expect(ids[0..<3] == ids[3..<6] && Set(ids).count == 3)
    }

    @Test("Journals with and without owners are copied to the byte", arguments: [StoreKind.sqlite, .postgres])
    func copies(kind: StoreKind) async throws {
        let source = try await StoreKind.memory.make()
        let fixture = try await Fixture(source)
        try await fixture.open("org", plan: "pro")
        let org = AccountID(unchecked: "org")
        for (owner, actor) in [(IdempotencyKey.Owner.unstated, "key_1"), (.user("eve"), "user:eve"), (.event, "key_1")]
        {
            _ = try await fixture.submit(org, .track(chat), key: key("k", owner), actor: actor)
        }
        let target = try await kind.make()
        _ = try await LedgerCopy(from: source, to: target).run()
        let copy = try await Fixture(target)
        for (owner, actor) in [(IdempotencyKey.Owner.caller, "key_1"), (.user("eve"), "user:eve"), (.event, "key_1")] {
            #expect(try await copy.submit(org, .track(chat), key: key("k", owner), actor: actor).isRepeat)
        }
        #expect(try await !copy.submit(org, .track(chat), key: key("k", .user("bob")), actor: "user:bob").isRepeat)
    }
}
