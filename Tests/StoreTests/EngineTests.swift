import ScripCore
import ScripEngine
import ScripTesting
import Testing

private let credits = CreditTypeID(unchecked: "credits")
private let chat = ActionID(unchecked: "chat")

@Suite("The engine moves credits exactly once", .timeLimit(.minutes(15)))
struct EngineTests {
    @Test("200 tasks take from one account with 100 credits: exactly 100 succeed", arguments: StoreKind.allCases)
    func hundredOfTwoHundred(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        try await fixture.open("a", plan: "none")
        _ = try await fixture.submit(
            "a", .grant(GrantOrder(creditType: credits, amount: Credits("100") ?? .zero, source: .bonus)))
        let successes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<200 {
                group.addTask { (try? await fixture.submit("a", .charge(Usage(action: chat)))) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(successes == 100)
        #expect(try await fixture.available("a") == "0")
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test("The same over many accounts", arguments: StoreKind.allCases)
    func manyAccounts(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        for index in 0..<10 { try await fixture.open("a\(index)") }
        let successes = await withTaskGroup(of: Bool.self) { group in
            for task in 0..<200 {
                group.addTask { (try? await fixture.submit("a\(task % 10)", .charge(Usage(action: chat)))) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(successes == 50)
        #expect(try await fixture.engine.verify().isClean)
    }

    @Test(
        "The same key moves credits once; for another request it is refused; a refusal is not kept",
        arguments: StoreKind.allCases)
    func idempotency(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        try await fixture.open("a")
        let first = try await fixture.submit("a", .charge(Usage(action: chat)), key: "k")
        fixture.clock.advance(seconds: 5)
        _ = try await fixture.submit("a", .charge(Usage(action: chat)))
        let again = try await fixture.submit("a", .charge(Usage(action: chat)), key: "k")
        #expect(again.isRepeat && !first.isRepeat)
        #expect(again.entry == first.entry)
        #expect(again.state.balances == first.state.balances)
        await #expect(throws: Rejection.idempotencyKeyReused(IdempotencyKey(unchecked: "k"))) {
            try await fixture.submit(
                "a", .charge(Usage(action: ActionID(unchecked: "summarize"), counts: ["input_tokens": 1])), key: "k")
        }
        for _ in 0..<3 { _ = try await fixture.submit("a", .charge(Usage(action: chat))) }
        await #expect(throws: Rejection.self) {
            try await fixture.submit("a", .charge(Usage(action: chat)), key: "later")
        }
        _ = try await fixture.submit(
            "a", .grant(GrantOrder(creditType: credits, amount: Credits("1") ?? .zero, source: .purchased)))
        let later = try await fixture.submit("a", .charge(Usage(action: chat)), key: "later")
        #expect(!later.isRepeat)
        #expect(try await fixture.available("a") == "0")
    }

    @Test("One batch may hold the same key twice and refusals between successes", arguments: StoreKind.allCases)
    func batch(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        try await fixture.open("a")
        func command(_ action: String, _ key: String) -> Command {
            var origin = Origin()
            origin.idempotencyKey = IdempotencyKey(unchecked: key)
            origin.requestDigest = Digest(of: Array(action.utf8))
            let usage = Usage(action: ActionID(unchecked: action))
            return Command(account: AccountID(unchecked: "a"), intent: .track(usage), origin: origin)
        }
        let results = await fixture.engine.submit([
            command("chat", "1"), command("nothing", "2"), command("chat", "1"), command("chat", "3"),
            command("video", "3"),
        ])
        let words = results.map { result -> String in
            switch result {
            case .success(let outcome): outcome.isRepeat ? "duplicate" : "charged"
            case .failure(let error): (error as? Rejection)?.code ?? "error"
            }
        }
        #expect(words == ["charged", "unknown_action", "duplicate", "charged", "idempotency_key_reused"])
        #expect(try await fixture.available("a") == "3")
    }

    @Test("After draining, commands are refused and nothing acknowledged is lost", arguments: StoreKind.allCases)
    func drain(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        try await fixture.open("a", plan: "pro")
        let accepted = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 {
                group.addTask { (try? await fixture.submit("a", .charge(Usage(action: chat)))) != nil }
            }
            group.addTask {
                await fixture.engine.drain()
                return false
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        await #expect(throws: EngineError.shuttingDown) { try await fixture.submit("a", .charge(Usage(action: chat))) }
        #expect(try await fixture.available("a") == "\(100 - accepted)")
    }
}
