import ScripCore
import ScripEngine
import ScripTesting
import Testing

@Suite("The rules of the ledger, told as stories")
struct ScenarioTests {
    static let catalog = """
        credit_types: [{id: credits, name: Credits, usd_value: "0.01"}]
        default_plan: free
        plans:
          - {id: none, name: None}
          - {id: free, name: Free, allowances: [{credit_type: credits, amount: "5", every: month}], actions: [chat, summarize]}
          - {id: pro, name: Pro, allowances: [{credit_type: credits, amount: "100", every: month}]}
          - {id: saver, name: Saver, allowances: [{credit_type: credits, amount: "10", every: month, rollover: "4"}]}
          - {id: weekly, name: Weekly, allowances: [{credit_type: credits, amount: "7", every: {days: 7}}]}
          - {id: gold, name: Gold, price: {minor_units: 900, currency: usd}, allowances: [{credit_type: credits, amount: "200", every: month}]}
          - {id: month, name: Month, period: calendar, allowances: [{credit_type: credits, amount: "50"}]}
          - {id: seats, name: Seats, allowances: [{credit_type: credits, amount: "10", per_seat: true}]}
          - {id: taste, name: Taste, price: {minor_units: 900, currency: usd}, allowances: [{credit_type: credits, amount: "100"}], trial_allowances: [{credit_type: credits, amount: "20"}]}
          - {id: strict, name: Strict, price: {minor_units: 900, currency: usd}, grace_days: 7, grace_allowance: none, allowances: [{credit_type: credits, amount: "100"}]}
          - {id: lenient, name: Lenient, price: {minor_units: 900, currency: usd}, grace_days: 7, allowances: [{credit_type: credits, amount: "100"}]}
          - {id: endless, name: Endless, allowances: [{credit_type: credits, amount: unlimited}]}
          - {id: postpaid, name: Postpaid, overage: {limit: "10"}}
        actions:
          - {id: chat, credit_type: credits, rate: {fixed: "1"}}
          - {id: video, credit_type: credits, rate: {fixed: "3"}}
          - {id: summarize, credit_type: credits, rate: {per_tokens: {tokens: 2000, credits: "1"}}}
          - {id: compute, credit_type: credits, rate: {compute: {usd: "0.0004", markup: "1.5"}}}
          - {id: seconds, credit_type: credits, rate: {per_unit: {dimension: seconds, credits: "0.01"}}}
        """

    struct Story: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var text: String

        init(_ name: String, _ text: String) {
            testDescription = name
            self.text = text
        }
    }

    @Test("Story", arguments: Stories.all)
    func story(story: Story) throws {
        var scenario = Scenario(catalog: try CatalogDocument.parse(ScenarioTests.catalog))
        try scenario.run(story.text)
    }
}
