import HTTPTypes
import ScripWire
import ScripCore
import ScripEngine
import ScripJSON
import ScripTesting
import Testing

@testable import ScripServer

/// The same request in other bytes. Seeds are printed.
@Suite("Another spelling of a request is the same request", .timeLimit(.minutes(15))) struct SpellingTests {
    /// Spells JSON in some other way that means the same.
    private struct Respelling {
        var generator: SeededGenerator
        /// Members that may be written out though they say what holds without them, by the body's kind.
        var defaults: [String]

        mutating func chance(_ share: Int = 2) -> Bool { Int.random(in: 0..<share, using: &generator) == 0 }

        mutating func body(_ value: JSONValue) -> String {
            guard case .object(let object) = value else { return text(value, "") }
            var members = object.members.map { "\(string($0.name)):\(space())\(text($0.value, $0.name))" }
            for extra in defaults where chance() && object[String(extra.prefix { $0 != ":" })] == nil {
                let parts = extra.split(separator: ":", maxSplits: 1)
                members.append("\"\(parts[0])\":\(parts[1])")
            }
            members.shuffle(using: &generator)
            return "{\(space())\(members.joined(separator: "\(space()),\(space())"))\(space())}\(space())"
        }

        private mutating func text(_ value: JSONValue, _ name: String) -> String {
            switch value {
            case .null: "null"
            case .bool(let truth): truth ? "true" : "false"
            case .number(let text): number(text, name)
            case .string(let text): name.hasSuffix("_at") ? time(text) : name == "amount" ? amount(text) : string(text)
            case .array(let elements): list(elements)
            case .object(let object): members(object)
            }
        }

        private mutating func list(_ elements: [JSONValue]) -> String {
            var parts: [String] = []
            for element in elements { parts.append(text(element, "")) }
            return "[\(parts.joined(separator: ",\(space())"))]"
        }

        private mutating func members(_ object: JSONObject) -> String {
            var parts: [String] = []
            for member in object.members { parts.append("\(string(member.name)):\(text(member.value, member.name))") }
            parts.shuffle(using: &generator)
            return "{\(parts.joined(separator: ",\(space())"))}"
        }

        private mutating func space() -> String {
            ["", "", " ", "\n", "\t "][Int.random(in: 0..<5, using: &generator)]
        }

        /// Only numbers in metadata may be spelled freely; the others are whole numbers by the contract.
        private mutating func number(_ text: String, _ name: String) -> String {
            guard name.hasPrefix("free"), chance() else { return text }
            if text.contains(".") { return text + "0" }
            return ["\(text).0", "\(text)e0", "\(text)0e-1"][Int.random(in: 0..<3, using: &generator)]
        }

        private mutating func amount(_ text: String) -> String {
            if !text.contains(".") && chance(3) { return text }
            return text.contains(".") ? "\"\(text)0\"" : "\"\(text).\(chance() ? "0" : "000000000")\""
        }

        private mutating func time(_ text: String) -> String {
            guard let moment = RFC3339.parse(text) else { return "\"\(text)\"" }
            let hours = Int.random(in: -12...12, using: &generator)
            let shifted = RFC3339.print(microseconds: moment + Int64(hours) * 3_600_000_000).dropLast()
            let digits = abs(hours) < 10 ? "0\(abs(hours))" : "\(abs(hours))"
            let offset = hours == 0 && chance() ? "Z" : "\(hours < 0 ? "-" : "+")\(digits):00"
            return "\"\(shifted)\(shifted.contains(".") ? "0" : chance() ? ".000" : "")\(offset)\""
        }

        private mutating func string(_ text: String) -> String {
            if !text.isEmpty && chance(3), let first = text.utf8.first, first > 0x20, first < 0x7F {
                let digits = String(first, radix: 16)
                return "\"\\u00\(digits.count == 1 ? "0" : "")\(digits)\(text.dropFirst())\""
            }
            return "\"\(text)\""
        }
    }

    /// A request that moves something, another that does not mean the same, and what may be written out.
    private static let requests: [(path: String, body: String, other: String, defaults: [String])] = [
        (
            "/v1/accounts/ada/charges",
            #"""
            {"action":"ai_chat_message","user":"u_1","resource":{"type":"chat","id":"c_1"},"occurred_at":"2026-01-31T00:00:00Z",
             "metadata":{"b":[1,{"free":12.5,"y":"z"}],"a":{"free":3,"d":null}},"description":"a word"}
            """#,
            #"{"action":"ai_chat_message","user":"u_2"}"#,
            ["quantity:1", "credit_type:\"credits\"", "model:null", "usage:null", "amount:null", "trace_id:null"]
        ),
        (
            "/v1/accounts/ada/charges", #"{"amount":"1.5","credit_type":"credits","metadata":{"free":1}}"#,
            #"{"amount":"1.5","credit_type":"credits","metadata":{"free":2}}"#, ["quantity:1", "action:null"]
        ),
        (
            "/v1/accounts/ada/charges", #"{"amount":"2","credit_type":"credits"}"#,
            #"{"amount":"2.000000001","credit_type":"credits"}"#, ["quantity:1", "metadata:{}"]
        ),
        (
            "/v1/accounts/ada/grants",
            #"{"amount":"10","source":"bonus","expires_at":"2026-12-31T23:59:59Z","reason":"r"}"#,
            #"{"amount":"10","source":"bonus","expires_at":"2026-12-31T23:59:58Z","reason":"r"}"#,
            ["credit_type:\"credits\"", "priority:null", "effective_at:null", "metadata:{}"]
        ),
        (
            "/v1/accounts/ada/holds", #"{"action":"ai_chat_message"}"#,
            #"{"action":"ai_chat_message","expires_in_seconds":901}"#,
            ["expires_in_seconds:900", "quantity:1", "credit_type:\"credits\"", "user:null"]
        ),
        (
            "/v1/accounts/ada/adjustments", #"{"amount":"-1","reason":"by hand"}"#,
            #"{"amount":"1","reason":"by hand"}"#,
            ["credit_type:\"credits\""]
        ),
        (
            "/v1/accounts/ada/subscription", #"{"plan":"pro","ends_at":"2026-06-01T00:00:00Z","fallback_plan":"free"}"#,
            #"{"plan":"pro","ends_at":"2026-06-01T00:00:00.000001Z","fallback_plan":"free"}"#, ["when:null"]
        ),
        (
            "/v1/accounts/bob", #"{"name":"Bob","metadata":{"free":1.5,"a":[]},"timezone":"UTC"}"#,
            #"{"name":"Rob","metadata":{"free":1.5,"a":[]},"timezone":"UTC"}"#, []
        ),
        (
            "/v1/accounts/ada/subscription/bonus", #"{"amount":"3","reason":"welcome"}"#,
            #"{"amount":"3","reason":"hello"}"#, ["credit_type:\"credits\"", "expires_at:null"]
        ),
    ]

    private static func method(_ path: String) -> HTTPRequest.Method {
        path.hasSuffix("/subscription") || path == "/v1/accounts/bob" ? .put : .post
    }

    @Test("A request that is spelled otherwise is answered again, and one that means something else is refused")
    func requests() async throws {
        try await TestServer.run { server in
            let replayed = try #require(HTTPField.Name("Idempotent-Replayed"))
            for round in 0..<12 {
                let seed = UInt64.random(in: 0...(.max))
                print("spellings of requests: seed \(seed)")
                _ = try await server.call(.put, "/v1/accounts/ada", #"{"plan":"free"}"#)
                for (number, request) in SpellingTests.requests.enumerated() {
                    let body = request.body
                    let value = try JSONValue.parse(Array(body.utf8))
                    var respelling = Respelling(
                        generator: SeededGenerator(seed: seed &+ UInt64(number)), defaults: request.defaults)
                    let headers = ["Idempotency-Key": "key-\(round)-\(number)"]
                    let method = SpellingTests.method(request.path)
                    let first = try await server.call(method, request.path, body, headers: headers)
                    #expect((200..<300).contains(first.status), "\(request.path): \(first)")
                    // A setting that is there already is set again without a line, and is not known by a name.
                    if method == .put && round > 0 { continue }
                    for _ in 0..<4 {
                        let other = respelling.body(value)
                        let again = try await server.call(method, request.path, other, headers: headers)
                        #expect(again.headers[replayed] == "true", "seed \(seed): \(other) \(again)")
                        #expect(again.text == first.text, "seed \(seed): \(other)")
                    }
                    let refused = try await server.call(method, request.path, request.other, headers: headers)
                    #expect(
                        refused.status == 422 && refused["code"] == "idempotency_key_reused",
                        "\(request.other): \(refused)")
                }
            }
            #expect(try await server.engine.verify().isClean)
        }
    }

    @Test(
        "An event that is spelled otherwise is the same event, and one that means something else is kept as a failure")
    func events() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/ada", #"{"plan":"pro"}"#)
            for round in 0..<20 {
                let seed = UInt64.random(in: 0...(.max))
                print("spellings of events: seed \(seed)")
                let event = """
                    {"id":"e\(round)","account":"ada","action":"ai_chat_message","occurred_at":"2026-01-31T00:00:00Z",
                     "metadata":{"z":{"free":1,"k":2},"a":"b"},"resource":{"id":"1","type":"x"}}
                    """
                let value = try JSONValue.parse(Array(event.utf8))
                var respelling = Respelling(
                    generator: SeededGenerator(seed: seed),
                    defaults: ["quantity:1", "credit_type:\"credits\"", "user:null", "description:null"])
                let first = try await server.call(.post, "/v1/usage", "[\(event)]")
                #expect(first["results", "0", "status"] == "charged", "\(first)")
                for _ in 0..<4 {
                    let other = respelling.body(value)
                    let again = try await server.call(.post, "/v1/usage", "[\(other)]")
                    #expect(again["results", "0", "status"] == "duplicate", "seed \(seed): \(other) \(again)")
                }
                let changed = event.replacing(#""a":"b""#, with: #""a":"c""#)
                let refused = try await server.call(.post, "/v1/usage", "[\(changed)]")
                #expect(refused["results", "0", "status"] == "failed", "\(refused)")
                #expect(refused["results", "0", "error", "code"] == "idempotency_key_reused", "\(refused)")
            }
        }
    }

    @Test("Lines of versions that compared bytes alone go on being known by their bytes")
    func earlierEntries() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/ada", #"{"plan":"pro"}"#)
            let (path, body) = ("/v1/accounts/ada/charges", #"{"action": "ai_chat_message"}"#)
            let key = try #require(IdempotencyKey("old"))
            let origin = Origin(
                actor: "key_1", idempotencyKey: key, requestDigest: Digest(of: Array("POST \(path)\n\(body)".utf8)))
            let usage = Usage(action: ActionID(unchecked: "ai_chat_message"))
            let old = try await server.engine.submit(
                Command(account: AccountID(unchecked: "ada"), intent: .charge(usage), origin: origin))
            #expect(old.entry?.entry.meaningDigest == nil)
            let headers = ["Idempotency-Key": "old"]
            let same = try await server.call(.post, path, body, headers: headers)
            #expect(same.status == 201 && same["entry", "id"] != nil, "\(same)")
            let name = try #require(HTTPField.Name("Idempotent-Replayed"))
            #expect(same.headers[name] == "true")
            // Of such a line only the bytes are known.
            let other = try await server.call(.post, path, #"{"action":"ai_chat_message"}"#, headers: headers)
            #expect(other.status == 422, "\(other)")
        }
    }

    @Test(
        "Numbers have one spelling",
        arguments: [
            ("1", "1"), ("1.0", "1"), ("10", "1e1"), ("1e1", "1e1"), ("0.10", "1e-1"), ("-0.0", "0"), ("0e9", "0"),
            ("1E+2", "1e2"), ("100e-2", "1"), ("-12.50", "-125e-1"), ("1e99999999999", "1e99999999999"),
            ("0.000001", "1e-6"), ("123456789012345678901234567890.5", "1234567890123456789012345678905e-1"),
        ])
    func numbers(text: String, spelling: String) throws {
        #expect(JSONValue.number(text).canonical == .number(spelling))
    }

    @Test("What means the same has one digest, on the command line as over HTTP")
    func commandLine() throws {
        let catalog = try CatalogDocument.parse(CatalogTemplate.sample.document)
        var usage = Usage(action: ActionID(unchecked: "ai_chat_message"))
        let account = AccountID(unchecked: "ada")
        let plain = Command(account: account, intent: .charge(usage)).meaning(in: catalog)
        usage.counts = ["input_tokens": 0]
        usage.creditType = CreditTypeID(unchecked: "credits")
        usage.metadata = "{ }"
        #expect(Command(account: account, intent: .charge(usage)).meaning(in: catalog) == plain)
        #expect(Command(account: account, intent: .track(usage)).meaning(in: catalog) != plain)
        #expect(Command(account: AccountID(unchecked: "bob"), intent: .charge(usage)).meaning(in: catalog) != plain)
        usage.counts = ["input_tokens": 1]
        #expect(Command(account: account, intent: .charge(usage)).meaning(in: catalog) != plain)
    }

    @Test("Spellings of one provider and of one model mean the same")
    func providers() throws {
        let catalog = try CatalogDocument.parse(CatalogTemplate.sample.document)
        func meaning(_ provider: String, _ model: String) -> Digest {
            var usage = Usage(action: ActionID(unchecked: "ai_chat_message"))
            (usage.provider, usage.model) = (provider, model)
            usage.otherCalls = [Usage.ModelCall(provider: provider, model: model, counts: ["input_tokens": 1])]
            return Command(account: AccountID(unchecked: "ada"), intent: .charge(usage)).meaning(in: catalog)
        }
        #expect(meaning("OpenAI", "gpt-6") == meaning("openai", "GPT-6"))
        #expect(meaning("x-ai", "grok") == meaning("xai", "grok"))
        #expect(meaning("openai", "gpt-6") != meaning("azure", "gpt-6"))
        #expect(meaning("openai", "gpt-6") != meaning("openai", "gpt-6-mini"))
    }

    @Test("A charge that comes again with its provider spelled otherwise is not charged again")
    func providerOverHTTP() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let replayed = try #require(HTTPField.Name("Idempotent-Replayed"))
            for (index, provider) in ["openai", "OpenAI", "open-ai"].enumerated() {
                let body = #"{"amount":"1","credit_type":"credits","provider":"\#(provider)","model":"gpt-6"}"#
                let reply = try await server.call(
                    .post, "/v1/accounts/ada/charges", body, headers: ["idempotency-key": "one"])
                #expect(reply.status == 201 || reply.status == 200, "\(reply.text)")
                #expect((reply.headers[replayed] == "true") == (index > 0), "\(provider)")
            }
        }
    }
}
