import ScripCore
import ScripEngine
import Testing

@Suite("Catalog documents are read strictly")
struct CatalogDocumentTests {
    @Test("Every ready catalog can be read", arguments: CatalogTemplate.allCases)
    func templates(template: CatalogTemplate) throws {
        let catalog = try CatalogDocument.parse(template.document)
        #expect(!catalog.plans.isEmpty && !catalog.actions.isEmpty && catalog.defaultPlan != nil)
    }

    @Test("JSON is a catalog document too")
    func json() throws {
        let catalog = try CatalogDocument.parse(
            #"{"credit_types":[{"id":"c"}],"plans":[{"id":"p","allowances":[{"credit_type":"c","amount":5,"every":{"days":30}}]}]}"#
        )
        let allowance = catalog.plans[PlanID(unchecked: "p")]?.allowances.first
        #expect(allowance?.every == .days(30) && allowance?.amount == .limited(Credits(nanocredits: 5_000_000_000)))
    }

    @Test(
        "What is wrong is named with its line and place",
        arguments: [
            (
                "credit_types: [{id: c}]\nplans:\n  - {id: p, nmae: P}",
                "line 3: 'plans[0].nmae' is not a key that is known here; did you mean 'name'?"
            ),
            (
                "credit_types: [{id: c}]\nactions:\n  - {id: a, credit_type: c, rate: {fixed: 0.12345678901}}",
                "line 3: 'actions[0].rate.fixed' must be an amount from 0 to 1000000000 with at most 9 digits after the point"
            ),
            ("credit_types: [{id: c}]\ndefault_plan: p", "line 2: 'default_plan' names no plan of the catalog"),
            (
                "credit_types: [{id: c}]\nactions:\n  - {id: a, credit_type: d, rate: {fixed: 1}}",
                "line 3: 'actions[0].credit_type' names no credit type of the catalog"
            ),
            (
                "credit_types: [{id: c}]\nactions:\n  - {id: a, credit_type: c, rate: {compute: {usd: \"1\"}}}",
                "line 3: 'actions[0].rate' needs a usd_value on credit type 'c'"
            ),
            ("credit_types: [{id: c}, {id: c}]", "'credit_types' has the id 'c' twice"),
            ("plans: []", "line 1: the catalog needs 'credit_types'"),
            (
                "credit_types: [{id: c}]\nplans: [{id: p, actions: [x]}]",
                "line 2: 'plans[0].actions[0]' names no action of the catalog"
            ),
            (
                "credit_types: [{id: c}]\nburn_order: [monthly, monthly]",
                "line 2: 'burn_order[1]' must be one of monthly, rollover, promotional, bonus, refund, adjustment, purchased, each at most once"
            ),
            (
                "credit_types: [{id: c}]\nactions:\n  - {id: a, credit_type: c, rate: {model_tokens: {markup: \"1.2\"}}}",
                "line 3: 'actions[0].rate' needs a usd_value on credit type 'c'"
            ),
            ("", "the catalog is empty"),
        ])
    func problems(document: String, expected: String) {
        #expect {
            try CatalogDocument.parse(document)
        } throws: { error in
            if "\(error)" != expected { print(error) }
            return "\(error)" == expected
        }
    }

    @Test("Texts that are not YAML are refused with their line")
    func notYAML() {
        #expect(throws: CatalogProblem.self) { try CatalogDocument.parse("credit_types: [") }
        #expect(throws: CatalogProblem.self) { try CatalogDocument.parse("a: b: c") }
    }

    @Test("A diff says what changes")
    func diff() throws {
        let old = try CatalogDocument.parse(
            "credit_types: [{id: c}]\nplans: [{id: p, allowances: [{credit_type: c, amount: 5}]}]\nactions: [{id: a, credit_type: c, rate: {fixed: 1}}]"
        )
        let new = try CatalogDocument.parse(
            "credit_types: [{id: c}]\nplans: [{id: p, allowances: [{credit_type: c, amount: 10, rollover: 2}]}, {id: q}]\ndefault_plan: q"
        )
        #expect(
            CatalogDiff(from: old, to: new).lines == [
                "~ plan p: allowance of c 5 every month → 10 every month, rollover 2", "+ plan q", "- action a",
                "~ default plan: none → q",
            ])
        #expect(CatalogDiff(from: old, to: old).isEmpty)
    }

    @Test("A plan says what a trial gives, what is per seat, what grace brings, and from when months are counted")
    func periodsTrialsAndSeats() throws {
        let catalog = try CatalogDocument.parse(
            """
            credit_types: [{id: c}]
            plans:
              - id: team
                grace_allowance: none
                allowances: [{credit_type: c, amount: 5, per_seat: true}]
                trial_allowances: [{credit_type: c, amount: 1}]
              - {id: month, period: calendar, allowances: [{credit_type: c, amount: 5}]}
              - {id: plain, allowances: [{credit_type: c, amount: 5}]}
            """)
        let team = try catalog.plan(PlanID(unchecked: "team"))
        #expect(team.graceAllowance == .none && team.allowances.first?.isPerSeat == true)
        #expect(team.trialAllowances?.map(\.amount) == [.limited(Credits(nanocredits: 1_000_000_000))])
        #expect(try catalog.plan(PlanID(unchecked: "month")).allowances.map(\.every) == [.calendarMonth])
        let plain = try catalog.plan(PlanID(unchecked: "plain"))
        #expect(plain.graceAllowance == .full && plain.trialAllowances == nil && plain.period == .anchor)
        #expect(plain.allowances.map(\.every) == [.month] && plain.allowances.first?.isPerSeat == false)
    }
}
