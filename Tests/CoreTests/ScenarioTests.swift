import ScripCore
import ScripEngine
import ScripTesting
import Testing

@Suite("The rules of the ledger, told as stories", .timeLimit(.minutes(15)))
struct ScenarioTests {
    static let catalog = Scenario.catalog

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
