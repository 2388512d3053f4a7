import ScripIngest
import ScripJSON
import Testing

@Suite(.timeLimit(.minutes(15))) struct IngestFuzzTests {
    private static func random(_ seed: UInt64 = UInt64.random(in: 0...UInt64.max)) -> SeededRandom {
        print("seed \(seed)")
        return SeededRandom(seed)
    }

    private static func mutated(_ bytes: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...8, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...40, using: &random)))
            case 3: bytes.insert(contentsOf: bytes[place...].prefix(Int.random(in: 1...400, using: &random)), at: place)
            default: bytes.removeLast(min(bytes.count, Int.random(in: 1...200, using: &random)))
            }
        }
        return bytes
    }

    /// Reads traces, and says whether what came out adds up.
    private static func addsUp(_ body: [UInt8], _ encoding: TraceEncoding) -> Bool {
        guard let batch = try? TraceBatch(body, encoding: encoding) else { return true }
        for event in batch.events {
            if case .success(let event) = event, event.id == nil || event.account == nil { return false }
            if case .failure(let error) = event, error.raw.objectValue == nil { return false }
        }
        return batch.spanCount == batch.skipped.values.reduce(0, +) + batch.events.count
    }

    @Test(arguments: TraceEncoding.allCases)
    func `traces with any bytes changed are read or refused, and every span is accounted for`(
        encoding: TraceEncoding
    ) throws {
        var random = IngestFuzzTests.random()
        let original = try Fixture.traces(encoding)
        for _ in 0..<2_000 {
            #expect(IngestFuzzTests.addsUp(IngestFuzzTests.mutated(original, &random), encoding))
        }
    }

    @Test(arguments: TraceEncoding.allCases)
    func `any bytes at all are read or refused`(encoding: TraceEncoding) {
        var random = IngestFuzzTests.random()
        for _ in 0..<3_000 {
            let count = Int.random(in: 0...200, using: &random)
            let body = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(IngestFuzzTests.addsUp(body, encoding))
            _ = try? CloudEvents.structured(body).get()
            _ = try? CloudEvents.batch(body)
            let text = String(decoding: body, as: UTF8.self)
            let headers = [(name: "ce-id", value: text), (name: text, value: text), (name: "ce-type", value: "t")]
            _ = try? CloudEvents.binary(headers: headers, body: body).get()
        }
    }

    @Test func `CloudEvents with any bytes changed are read or refused`() throws {
        var random = IngestFuzzTests.random()
        let batch = try Fixture.message("batch").body
        for _ in 0..<3_000 {
            guard let events = try? CloudEvents.batch(IngestFuzzTests.mutated(batch, &random)) else { continue }
            for case .success(let event) in events {
                #expect(event.account?.isEmpty == false)
                #expect((1...255).contains(event.id?.utf8.count ?? 0))
                #expect(event.body["id"]?.stringValue == event.id)
            }
        }
    }

    @Test func `what nests without end is refused`() {
        let open = #"{"arrayValue":{"values":["#
        let span = SpanText.span([("a", String(repeating: open, count: 50_000))])
        #expect(throws: IngestRefusal.self) { try TraceBatch(SpanText.request([span]), encoding: .json) }
        var nested: [UInt8] = []
        for _ in 0..<40 where nested.count < 100_000 {
            nested = field(5, field(1, nested))
        }
        let attribute = field(9, field(1, [UInt8(ascii: "a")]) + field(2, nested))
        let body = field(1, field(2, field(2, attribute)))
        #expect(throws: IngestRefusal.self) { try TraceBatch(body, encoding: .protobuf) }
    }

    @Test func `a small body that asks for very many messages is refused`() {
        func reason(_ body: [UInt8], _ limits: IngestLimits) -> IngestRefusal.Reason? {
            let configuration = IngestConfiguration(limits: limits)
            return #expect(throws: IngestRefusal.self) {
                try TraceBatch(body, encoding: .protobuf, configuration: configuration)
            }?.reason
        }
        let spans = [UInt8](repeating: 0, count: 20_002).enumerated().map { UInt8($0.offset % 2 == 0 ? 0x12 : 0) }
        #expect(reason(field(1, field(2, spans)), IngestLimits()) == .tooLarge)
        #expect(reason([0x7B, 0x7C] + field(1, field(2, spans)), IngestLimits()) == .malformed)
        let attributes = [UInt8](repeating: 0, count: 4_000).enumerated().map { UInt8($0.offset % 2 == 0 ? 0x4A : 0) }
        let body = field(1, field(2, field(2, attributes)))
        #expect(reason(body, IngestLimits(maxMessages: 2_003)) == .tooLarge)
        let fits = IngestConfiguration(limits: IngestLimits(maxMessages: 2_004))
        #expect(throws: Never.self) { try TraceBatch(body, encoding: .protobuf, configuration: fits) }
    }

    private func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
        var bytes = [number << 3 | 2]
        var count = content.count
        while count > 0x7F {
            bytes.append(UInt8(count & 0x7F) | 0x80)
            count >>= 7
        }
        return bytes + [UInt8(count)] + content
    }
}
