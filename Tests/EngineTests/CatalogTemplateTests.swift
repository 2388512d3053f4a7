import ScripCore
import ScripEngine
import Testing

@Suite("The ready catalogs say what they are for", .timeLimit(.minutes(15)))
struct CatalogTemplateTests {
    private func catalog(_ template: CatalogTemplate) throws -> Catalog { try CatalogDocument.parse(template.document) }

    private func amount(_ plan: String, _ type: String, in catalog: Catalog) -> Allowance.Amount? {
        catalog.plans[PlanID(unchecked: plan)]?.allowance(of: CreditTypeID(unchecked: type))?.amount
    }

    private func credits(_ text: String) throws -> Credits { try #require(Credits(text)) }

    @Test("Subscription credits: 5 free, 100 for Pro, 2,000 tokens to the credit")
    func subscriptionCredits() throws {
        let catalog = try catalog(.subscriptionCredits)
        #expect(amount("free", "credits", in: catalog) == .limited(try credits("5")))
        #expect(amount("pro", "credits", in: catalog) == .limited(try credits("100")))
        for action in ["start_workflow", "generate_review"] {
            #expect(try catalog.action(ActionID(unchecked: action)).rate == .fixed(try credits("1")))
        }
        let perTokens = Rate.perTokens(tokens: 2_000, credits: try credits("1"), rounding: .halfEven)
        #expect(catalog.actions.values.contains { $0.rate == perTokens })
    }

    @Test("Dual credits: monthly ones do not accumulate and pay before purchased ones")
    func dualCredits() throws {
        let catalog = try catalog(.dualCredits)
        #expect(catalog.plans.values.allSatisfy { $0.allowances.allSatisfy { $0.rollover.isZero } })
        #expect(catalog.burnOrder.first == .monthly && catalog.burnOrder.last == .purchased && !catalog.packs.isEmpty)
    }

    @Test(
        "Usage tracking: twelve actions with the costs the app has",
        arguments: [
            ("workflow_execution", "0.001"), ("scheduled_task", "0.0005"), ("youtube_sync", "0.005"),
            ("analytics_generation", "0.002"), ("bulk_operation", "0.01"),
        ])
    func usageTracking(action: String, cost: String) throws {
        let catalog = try catalog(.usageTracking)
        #expect(catalog.actions.count == 12)
        #expect(try catalog.action(ActionID(unchecked: action)).rate == .fixed(try credits(cost)))
    }
}
