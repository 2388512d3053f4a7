import ScripCore
import ScripEngine
import ScripTesting
import Testing

/// What a check says is what a charge does, and it leaves nothing behind.
@Suite(.timeLimit(.minutes(15))) struct CheckPropertyTests {
    private static func questions() -> [Usage] {
        let amounts = ["0", "0.5", "3", "9.000000001", "250"]
        return ["chat", "video", "compute", "nothing"].map { Usage(action: ActionID(unchecked: $0)) }
            + amounts.compactMap { Credits($0) }.map { amount in
                var usage = Usage()
                usage.amount = amount
                usage.creditType = CreditTypeID(unchecked: "credits")
                return usage
            }
    }

    @Test(arguments: StoreKind.allCases, [UInt64.random(in: 0...UInt64.max >> 1), 1, 2])
    func `a check changes nothing, and says what a charge would do and leave`(
        kind: StoreKind, seed: UInt64
    ) async throws {
        let fixture = try await Fixture(kind)
        var history = RandomHistory(seed: seed)
        for (index, step) in history.steps(60).enumerated() {
            fixture.clock.advance(seconds: step.seconds)
            _ = try? await fixture.submit(step.account, step.intent, key: step.key)
            let id = AccountID(unchecked: step.account)
            let before = try await fixture.engine.store.read { try $0.account(id) }
            let lines = try await fixture.engine.entries(EntryQuery(account: id, limit: 1_000)).count
            for usage in CheckPropertyTests.questions() {
                let said = await Self.result { try await fixture.engine.check(usage, account: id) }
                let place: Comment = "seed \(seed), step \(index): \(step), then \(usage)"
                #expect(try await fixture.engine.store.read { try $0.account(id) } == before, place)
                #expect(
                    try await fixture.engine.entries(EntryQuery(account: id, limit: 1_000)).count == lines, place)
                let would = await Self.decide(usage, id, in: fixture)
                switch (said, would) {
                case (.failure(let left), .failure(let right)): #expect(left == right, place)
                case (.success(let check), .failure(let refusal)):
                    #expect(!check.isAllowed && check.refusal == refusal && check.remaining == nil, place)
                case (.success(let check), .success(let decision)):
                    #expect(check.isAllowed && check.refusal == decision.wouldDeny, place)
                    #expect(check.rating == decision.rating, place)
                    if let left = check.remaining {
                        #expect(left == decision.answer?.entry.availableAfter, place)
                    }
                case (.failure, .success): Issue.record(place)
                }
            }
        }
    }

    private static func result<Value>(_ body: () async throws -> Value) async -> Result<Value, Rejection> {
        do {
            return .success(try await body())
        } catch let refusal as Rejection {
            return .failure(refusal)
        } catch {
            Issue.record(error)
            return .failure(.holdNotFound)
        }
    }

    /// What a charge would come to, decided on a copy.
    private static func decide(_ usage: Usage, _ id: AccountID, in fixture: Fixture) async -> Result<
        Decision, Rejection
    > {
        await result {
            let snapshot = try await fixture.engine.account(id)
            var state = snapshot.state
            let context = DecisionContext(now: snapshot.at, catalogs: fixture.engine.catalogs.history)
            return try state.decide(Command(account: id, intent: .charge(usage)), context: context)
        }
    }
}
