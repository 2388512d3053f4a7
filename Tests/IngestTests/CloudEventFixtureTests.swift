import ScripCore
import ScripIngest
import ScripJSON
import ScripWire
import Testing

/// Messages of the official CloudEvents SDK for Python.
@Suite(.timeLimit(.minutes(15))) struct CloudEventFixtureTests {
    private static func read(_ name: String, _ mode: String) throws -> IncomingEvent {
        let message = try Fixture.message("\(name) \(mode)")
        let found = try CloudEvents.mode(
            contentType: message.headers.first { $0.name == "content-type" }?.value,
            hasSpecVersion: message.headers.contains { $0.name == "ce-specversion" })
        if mode == "binary" {
            #expect(found == .binary)
            return try CloudEvents.binary(headers: message.headers, body: message.body).get()
        }
        #expect(found == .structured)
        return try CloudEvents.structured(message.body).get()
    }

    @Test(arguments: ["structured", "binary"])
    func `an event with a usage event's fields becomes that usage event`(mode: String) throws {
        let event = try CloudEventFixtureTests.read("plain", mode)
        #expect(event.id == "/app/chat|1")
        #expect(event.account == "u_ann")
        let request = try UsageEventRequest(json: event.body)
        #expect(request.id == "/app/chat|1")
        #expect(request.account == "u_ann")
        #expect(request.usage.action == "ai_chat_message")
        #expect(request.usage.model == "gpt-6")
        #expect(request.usage.counts == ["input_tokens": 12, "output_tokens": 3])
        #expect(request.usage.occurredAt?.microseconds == 1_772_359_200_500_000)
        #expect(request.usage.traceID == "0af7651916cd43dd8448eb211c80319c")
    }

    @Test(arguments: ["structured", "binary"])
    func `token counts as OpenMeter's clients send them are taken`(mode: String) throws {
        let request = try UsageEventRequest(json: CloudEventFixtureTests.read("metered", mode).body)
        #expect(request.usage.counts == ["output_tokens": 1_234])
        #expect(request.usage.model == "gpt-6")
        #expect(request.usage.metadata == #"{"path":"/chat"}"#)
        #expect(request.usage.action == "tokens")
    }

    @Test(arguments: ["structured", "binary"])
    func `attributes may hold any text`(mode: String) throws {
        let request = try UsageEventRequest(json: CloudEventFixtureTests.read("odd", mode).body)
        #expect(request.id == "urn:x|50% \"Euro\" €😀")
        #expect(request.account == "Jürgen M.")
        #expect(request.usage.quantity == 2)
    }

    @Test(arguments: ["structured", "binary"])
    func `data given as bytes is read when it is JSON`(mode: String) throws {
        #expect(try UsageEventRequest(json: CloudEventFixtureTests.read("binary_data", mode).body).usage.quantity == 3)
    }

    @Test func `a batch gives the same events as its parts`() throws {
        let message = try Fixture.message("batch")
        #expect(try CloudEvents.mode(contentType: message.headers.first?.value, hasSpecVersion: false) == .batched)
        let batch = try CloudEvents.batch(message.body).map { try $0.get() }
        #expect(batch == (try ["plain", "metered", "odd"].map { try CloudEventFixtureTests.read($0, "structured") }))
        #expect(batch == (try ["plain", "metered", "odd"].map { try CloudEventFixtureTests.read($0, "binary") }))
    }
}
