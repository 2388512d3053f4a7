import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import ScripEngine
import ScripJSON
import ScripSQLite
import ScripServer
import ScripTesting
import Testing

/// What the command line prints with `--json` beside what the API answers over the same database.
@Suite(.heavy, .timeLimit(.minutes(15))) struct SameAnswerTests {
    @Test func `balances, entries and charges are the API's objects`() async throws {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.run("account", "create", "ada", "--plan", "free", "--enforcement", "observe", "--name", "Ada")
        try scrip.run("grant", "ada", "3.5", "--source", "purchased", "--expires-at", "2099-01-01", "--json")
        for _ in 1...9 { try scrip.run("charge", "ada", "--action", "ai_chat_message", "--user", "u_1") }
        let charged = try printed(
            scrip.run("charge", "ada", "--action", "summarize", "--usage", "input_tokens=2001", "--json"))
        try scrip.run("refund", "ada", try text(charged, "entry", "id"), "--amount", "0.5")
        let balance = try printed(scrip.run("balance", "ada", "--json"))
        let moment = try text(balance, "at")
        let past = try printed(scrip.run("balance", "ada", "--at", moment, "--json"))
        let entries = try printed(scrip.run("entries", "ada", "--json"))
        let account = try printed(scrip.run("account", "show", "ada", "--json"))
        let usage = try printed(scrip.run("usage", "ada", "--json"))
        let versions = try printed(scrip.run("catalog", "versions", "--json"))

        try await SameAnswerTests.serve(scrip) { get in
            #expect(try await get("/v1/accounts/ada/balance?at=\(moment)") == past)
            #expect(try await get("/v1/accounts/ada/entries") == entries)
            #expect(try await get("/v1/accounts/ada") == account)
            #expect(try await get("/v1/accounts/ada/usage?from=2000-01-01") == usage)
            #expect(try await get("/v1/catalog/versions") == versions)
            let line = try await get("/v1/accounts/ada/entries/\(try text(charged, "entry", "id"))")
            #expect(line["entry"] == charged["entry"])
        }
        #expect(past["balances"] == balance["balances"])
        let lines = try #require(entries["data"]?.arrayValue)
        #expect(lines.first?["kind"]?.stringValue == "refund")
        #expect(lines.first?["subject"] == charged["entry"]?["id"])
        #expect(charged["entry"]?["would_deny"]?.stringValue == "insufficient_credits")
        #expect(charged["would_deny"] == .bool(true) && charged["demo"] == .bool(false))
    }

    @Test func `a charge, a grant, a hold and a check have the members that the API gives them`() async throws {
        let scrip = try ScripProcess.withSampleCatalog()
        for id in ["ada", "grace"] { try scrip.run("account", "create", id, "--plan", "pro") }
        let usage = ["--action", "summarize", "--usage", "input_tokens=2001"]
        let here = [
            try printed(scrip.run(["charge", "ada"] + usage + ["--json"])),
            try printed(scrip.run("grant", "ada", "2", "--source", "bonus", "--json")),
            try printed(scrip.run(["hold", "place", "ada"] + usage + ["--json"])),
            try printed(scrip.run(["check", "ada"] + usage + ["--json"])),
            try printed(scrip.run("plan", "set", "ada", "team", "--json")),
        ]
        let body = #"{"action":"summarize","usage":{"input_tokens":2001}}"#
        try await SameAnswerTests.serve(
            scrip,
            write: { send in
                let there = [
                    try await send(.post, "/v1/accounts/grace/charges", body),
                    try await send(.post, "/v1/accounts/grace/grants", #"{"amount":"2","source":"bonus"}"#),
                    try await send(.post, "/v1/accounts/grace/holds", body),
                    try await send(.post, "/v1/accounts/grace/check", body),
                    try await send(.put, "/v1/accounts/grace/subscription", #"{"plan":"team"}"#),
                ]
                for (mine, other) in zip(here, there) {
                    #expect(SameAnswerTests.shape(of: mine) == SameAnswerTests.shape(of: other))
                }
            })
    }

    typealias Send = @Sendable (HTTPRequest.Method, String, String?) async throws -> JSONValue

    private static func serve(
        _ scrip: ScripProcess,
        _ body: @escaping @Sendable (@Sendable (String) async throws -> JSONValue) async throws -> Void
    ) async throws {
        try await serve(scrip, write: { send in try await body { try await send(.get, $0, nil) } })
    }

    /// Opens the program's database in this process and answers requests over it.
    static func serve(
        _ scrip: ScripProcess, write body: @escaping @Sendable (Send) async throws -> Void
    ) async throws {
        let store = try SQLiteLedgerStore(path: scrip.database.path)
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let engine = try await Engine(store: store, logger: logger)
        let application = buildApplication(engine: engine, configuration: ServerConfiguration(), logger: logger)
        let secret = try await engine.createKey(name: "test").secret.text
        try await application.test(.router) { client in
            try await body { method, path, text in
                let response = try await client.execute(
                    uri: path, method: method, headers: [.authorization: "Bearer \(secret)"],
                    body: text.map { ByteBuffer(string: $0) }
                ) { $0 }
                #expect(response.status.code < 300, "\(path): \(String(buffer: response.body))")
                return try JSONValue.parse(Array(response.body.readableBytesView))
            }
        }
        try await store.close()
    }

    /// The names of members and the kinds of their values, without what they say.
    private static func shape(of value: JSONValue) -> String {
        switch value {
        case .object(let object):
            "{" + object.members.map { "\($0.name):\(shape(of: $0.value))" }.joined(separator: ",") + "}"
        case .array(let elements): "[" + elements.map { shape(of: $0) }.joined(separator: ",") + "]"
        case .string: "string"
        case .number: "number"
        case .bool: "bool"
        case .null: "null"
        }
    }

    private func printed(_ done: Finished) throws -> JSONValue {
        #expect(done.exitCode == 0, "\(done.errors)")
        return try JSONValue.parse(Array(done.output.utf8))
    }

    private func text(_ value: JSONValue, _ path: String...) throws -> String {
        try #require(path.reduce(Optional(value)) { $0?[$1] }?.stringValue)
    }
}
