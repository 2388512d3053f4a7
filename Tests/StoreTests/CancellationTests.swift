import ScripCore
import ScripEngine
import ScripTesting
import Testing

@Suite(.timeLimit(.minutes(15))) struct CancellationTests {
    @Test(arguments: StoreKind.allCases)
    func `cancelling goes to the fallback plan as it is when the cancellation is decided`(kind: StoreKind) async throws
    {
        let fixture = try await Fixture(kind)
        try await fixture.open("a", plan: "pro")
        let ada = AccountID(unchecked: "a")
        let order = SubscriptionOrder(
            plan: PlanID(unchecked: "pro"), when: .now, fallbackPlan: PlanID(unchecked: "saver"))
        // Both are decided in one batch: whoever reads the account before it knows nothing of the fallback plan.
        let results = await fixture.engine.submit([
            Command(account: ada, intent: .subscribe(order)),
            Command(account: ada, intent: .subscription(.cancel(when: .periodEnd))),
        ])
        let state = try results[1].get().state
        #expect(
            state.subscription.plan == PlanID(unchecked: "pro")
                && state.subscription.pending?.plan == PlanID(unchecked: "saver"))
        let lines = state.seq
        let again = try await fixture.submit("a", .subscription(.cancel(when: .periodEnd)))
        #expect(again.state.seq == lines)
        fixture.clock.advance(seconds: 40 * 86_400)
        #expect(try await fixture.engine.account(ada).state.subscription.plan == PlanID(unchecked: "saver"))
    }

    @Test(arguments: StoreKind.allCases)
    func `without a fallback plan the catalog's default plan follows, at once if that is asked for`(
        kind: StoreKind
    ) async throws {
        let fixture = try await Fixture(kind)
        try await fixture.open("a", plan: "pro")
        let state = try await fixture.submit("a", .subscription(.cancel(when: .now))).state
        #expect(state.subscription.plan == PlanID(unchecked: "free") && state.subscription.pending == nil)
    }
}
