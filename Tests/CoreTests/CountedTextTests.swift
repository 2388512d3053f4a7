import ScripCore
import Testing

/// Counts as people read them.
@Suite(.timeLimit(.minutes(10))) struct CountedTextTests {
    @Test func `one is singular, and every other number is not`() {
        #expect([0, 1, 2].map { $0.counted("byte") } == ["0 bytes", "1 byte", "2 bytes"])
        #expect(Int64(1).counted("entry", many: "entries") == "1 entry")
        #expect([1, 30].map { Recurrence.days($0).description } == ["1 day", "30 days"])
    }

    @Test func `the nearest name is found, also where letters changed places`() {
        let names = ["stripe", "polar", "manual"]
        #expect(Spelling.nearest(to: "strpie", among: names) == "stripe")
        #expect(Spelling.nearest(to: "manul", among: names) == "manual")
        #expect(Spelling.nearest(to: "paypal", among: names) == nil)
        #expect(Spelling.nearest(to: String(repeating: "x", count: 1_000_000), among: names) == nil)
    }
}
