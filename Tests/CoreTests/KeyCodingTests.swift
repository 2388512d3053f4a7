import ScripCore
import Testing

@Suite(.timeLimit(.minutes(15))) struct KeyCodingTests {
    private let line =
        #"{"seq":1,"kind":"account","effective_at":5,"recorded_at":5,"actor":"user:eve","idempotency_key":"user:k""#

    @Test func `a line of a version that kept no owners reads back to the byte`() throws {
        let bytes = Array((line + "}").utf8)
        let entry = try EntryCoding.decode(bytes)
        #expect(entry.idempotencyKey == IdempotencyKey(unchecked: "user:k", owner: .unstated))
        #expect(entry.statedKey == "k")
        #expect(EntryCoding.encode(entry) == bytes)
        #expect(entry.carries(IdempotencyKey(unchecked: "k", owner: .user("eve"))))
        #expect(!entry.carries(IdempotencyKey(unchecked: "k", owner: .user("ev\u{65}\u{301}"))))
        #expect(!entry.carries(IdempotencyKey(unchecked: "user:k")))
    }

    @Test func `every owner reads back to the byte, and nothing else is one`() throws {
        for owner in ["caller", "event", "system", "user:eve", "user:", "user:\u{301}x"] {
            let bytes = Array("\(line),\"key_owner\":\"\(owner)\"}".utf8)
            let entry = try EntryCoding.decode(bytes)
            #expect(EntryCoding.encode(entry) == bytes)
            #expect(entry.idempotencyKey?.owner.text.utf8.elementsEqual(owner.utf8) == true)
        }
        for owner in ["Caller", "user", "key:eve", "scrip"] {
            let bytes = Array("\(line),\"key_owner\":\"\(owner)\"}".utf8)
            #expect(throws: CodingProblem.self, "\(owner)") { try EntryCoding.decode(bytes) }
        }
    }
}
