import HTTPTypes
import Logging
import ScripCore
import ScripEngine
import ScripJSON
import ScripTesting
import Synchronization
import Testing

/// Who hits limits, and what could not be recorded, is seen by operators: in the log, in a metric and in a list.
@Suite(.timeLimit(.minutes(15))) struct DenialRouteTests {
    /// The lines of a log, as text.
    final class Lines: Sendable {
        private let lines = Mutex<[String]>([])

        func add(_ line: String) { lines.withLock { $0.append(line) } }

        func containing(_ part: String) -> [String] {
            lines.withLock { $0.filter { $0.contains(part) } }
        }
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let words = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            lines.add("\(event.level) \(event.message) \(words.joined(separator: " "))")
        }
    }

    private static let catalog = """
        credit_types: [{id: credits, name: Credits}]
        default_plan: free
        plans:
          - {id: free, name: Free, allowances: [{credit_type: credits, amount: "2"}], actions: [click, big]}
          - {id: pro, name: Pro, allowances: [{credit_type: credits, amount: "100"}]}
        actions:
          - {id: click, credit_type: credits, rate: {fixed: "1"}}
          - {id: big, credit_type: credits, rate: {fixed: "5"}}
          - {id: pro_only, credit_type: credits, rate: {fixed: "1"}}
        """

    private static func run(
        level: Logger.Level = .info,
        _ body: @escaping @Sendable (TestServer, Lines) async throws -> Void
    ) async throws {
        let lines = Lines()
        var logger = Logger(label: "test", factory: { _ in Handler(lines: lines) })
        logger.logLevel = level
        try await TestServer.run(logger: logger) { server in
            _ = try await server.engine.applyCatalog(document: catalog)
            for account in ["ada", "bob"] {
                _ = try await server.call(.put, "/v1/accounts/\(account)", "{}")
            }
            try await body(server, lines)
        }
    }

    @Test
    func
        `refused charges, holds and checks are listed by who, what and why, and counted by the hour`()
        async throws
    {
        try await DenialRouteTests.run { server, _ in
            for request in 1...3 {
                _ = try await server.call(
                    .post, "/v1/accounts/ada/charges", #"{"action":"big","user":"u1"}"#,
                    headers: ["X-Request-Id": "r\(request)"])
                server.clock.advance(seconds: 60)
            }
            _ = try await server.call(.post, "/v1/accounts/ada/check", #"{"action":"pro_only"}"#)
            _ = try await server.call(.post, "/v1/accounts/bob/holds", #"{"action":"big"}"#)
            // What is allowed, or wrong, is no denial.
            _ = try await server.call(.post, "/v1/accounts/ada/charges", #"{"action":"click"}"#)
            _ = try await server.call(.post, "/v1/accounts/ada/charges", #"{"action":"swim"}"#)
            _ = try await server.call(.post, "/v1/accounts/nobody/charges", #"{"action":"click"}"#)
            let list = try await server.call(.get, "/v1/denials")
            let data = try #require(list.json["data"]?.arrayValue)
            #expect(data.count == 3 && list["next_cursor"] == "null", "\(list.text)")
            let ada = try await server.call(.get, "/v1/denials?account=ada&reason=insufficient_credits")
            #expect(ada.json["data"]?.arrayValue?.count == 1)
            #expect(ada["data", "0", "count"] == "3" && ada["data", "0", "user"] == "u1")
            #expect(ada["data", "0", "action"] == "big" && ada["data", "0", "operation"] == "charge")
            #expect(ada["data", "0", "required"] == "5" && ada["data", "0", "available"] == "2")
            #expect(
                ada["data", "0", "credit_type"] == "credits" && ada["data", "0", "request_id"] == "r3")
            #expect(ada["data", "0", "first_at"] == "2026-01-31T00:00:00Z")
            #expect(ada["data", "0", "last_at"] == "2026-01-31T00:02:00Z")
            let check = try await server.call(.get, "/v1/denials?action=pro_only")
            #expect(
                check["data", "0", "operation"] == "check" && check["data", "0", "reason"] == "not_entitled"
            )
            let later = try await server.call(
                .get, "/v1/denials?from=2026-01-31T00:02:30Z&to=2026-02-01T00:00:00Z")
            #expect(later.json["data"]?.arrayValue?.count == 2)
            // The next hour is another line.
            server.clock.advance(seconds: 3_600)
            _ = try await server.call(.post, "/v1/accounts/ada/charges", #"{"action":"big","user":"u1"}"#)
            let hours = try await server.call(.get, "/v1/denials?account=ada&reason=insufficient_credits")
            #expect((0..<2).map { hours["data", "\($0)", "count"] } == ["1", "3"])
        }
    }

    @Test func `denials come page by page, and are kept for thirty days`() async throws {
        try await DenialRouteTests.run { server, _ in
            for user in 0..<12 {
                _ = try await server.call(
                    .post, "/v1/accounts/ada/charges", #"{"action":"big","user":"u\#(user)"}"#)
            }
            var (users, path): ([String], String?) = ([], "/v1/denials?limit=5")
            while let next = path {
                let page = try await server.call(.get, next)
                users += (page.json["data"]?.arrayValue ?? []).compactMap { $0["user"]?.stringValue }
                path = page.json["next_cursor"]?.stringValue.map { "/v1/denials?limit=5&cursor=\($0)" }
            }
            #expect(users.count == 12 && Set(users).count == 12)
            let wrong = try await server.call(.get, "/v1/denials?cursor=x")
            #expect(wrong.status == 400 && wrong["errors", "0", "pointer"] == "cursor")
            server.clock.advance(seconds: 30 * 86_400 + 1)
            try await server.engine.removeOldDenials()
            #expect(try await server.call(.get, "/v1/denials").json["data"]?.arrayValue?.isEmpty == true)
        }
    }

    @Test func `of one account the newest thousand are kept`() async throws {
        try await DenialRouteTests.run { server, _ in
            for user in 0..<1_005 {
                var usage = Usage(action: ActionID(unchecked: "big"))
                usage.user = "u\(user)"
                _ = try? await server.engine.submit(
                    Command(account: AccountID(unchecked: "ada"), intent: .charge(usage)))
                server.clock.advance(seconds: 1)
            }
            var query = DenialQuery(account: AccountID(unchecked: "ada"))
            query.limit = 2_000
            let kept = try await server.engine.denials(query)
            #expect(
                kept.count == 1_000 && kept.last?.subject.user == "u5"
                    && kept.first?.subject.user == "u1004")
        }
    }

    @Test func `only keys that may read reports see denials`() async throws {
        try await DenialRouteTests.run { server, _ in
            let reports = try await server.engine.createKey(name: "r", scopes: [.reportsRead]).secret.text
            let charges = try await server.engine.createKey(name: "c", scopes: [.chargesWrite]).secret
                .text
            #expect(try await server.call(.get, "/v1/denials", secret: reports).status == 200)
            #expect(try await server.call(.get, "/v1/denials", secret: charges).status == 403)
            #expect(try await server.call(.get, "/v1/denials", secret: nil).status == 401)
        }
    }

    @Test
    func
        `a refusal and a tracking failure are one line each at info, with account, action, reason and request`()
        async throws
    {
        try await DenialRouteTests.run { server, lines in
            _ = try await server.call(
                .post, "/v1/accounts/ada/charges", #"{"action":"big"}"#, headers: ["X-Request-Id": "req-1"])
            #expect(
                lines.containing("request_id=req-1")
                    == [
                        "info charge refused account=ada action=big reason=insufficient_credits request_id=req-1"
                    ])
            _ = try await server.call(
                .post, "/v1/usage", #"[{"id":"e","account":"nobody","action":"click"}]"#,
                headers: ["X-Request-Id": "req-2"])
            #expect(
                lines.containing("request_id=req-2") == [
                    "info usage could not be recorded account=nobody action=click reason=account_not_found request_id=req-2"
                ])
            let metrics = try await server.text(.get, "/metrics", secret: server.secret)
            for line in [
                #"scrip_refused_usage_total{action="big",kind="refusal",reason="insufficient_credits"} 1"#,
                #"scrip_refused_usage_total{action="click",kind="tracking_failure",reason="account_not_found"} 1"#,
            ] { #expect(metrics.contains(line), "\(line)") }
            _ = try await server.call(.post, "/v1/accounts/ada/charges", #"{"action":"made_up"}"#)
            let after = try await server.text(.get, "/metrics", secret: server.secret)
            #expect(!after.contains("made_up"))
            #expect(after.contains(#"{action="other",kind="refusal",reason="unknown_action"} 1"#))
        }
    }

    @Test func `lines are so many a minute, and one account does not hide another`() async throws {
        try await DenialRouteTests.run { server, lines in
            for _ in 0..<50 {
                _ = try await server.call(.post, "/v1/accounts/ada/charges", #"{"action":"big"}"#)
            }
            _ = try await server.call(.post, "/v1/accounts/bob/charges", #"{"action":"big"}"#)
            #expect(lines.containing("charge refused account=ada").count == 20)
            #expect(lines.containing("charge refused account=bob").count == 1)
            server.clock.advance(seconds: 60)
            _ = try await server.call(.post, "/v1/accounts/ada/charges", #"{"action":"big"}"#)
            #expect(lines.containing("lines about refusals were left out count=30").count == 1)
            #expect(try await server.call(.get, "/v1/denials?account=ada")["data", "0", "count"] == "51")
        }
    }

    @Test func `with debug each request is one line, without its query`() async throws {
        try await DenialRouteTests.run(level: .debug) { server, lines in
            _ = try await server.call(
                .get, "/v1/accounts/ada/balance?at=2026-03-01T00:00:00Z", headers: ["X-Request-Id": "req-7"]
            )
            let line = try #require(lines.containing("req-7").first)
            #expect(lines.containing("req-7").count == 1)
            #expect(line.hasPrefix("debug request key=key_") && line.contains("method=GET"))
            #expect(line.contains("path=/v1/accounts/ada/balance request_id=req-7 status=200"))
            #expect(!line.contains("2026-03-01"))
            _ = try await server.call(.get, "/v1/nowhere", headers: ["X-Request-Id": "req-8"])
            #expect(
                lines.containing("req-8").count == 1 && lines.containing("req-8")[0].contains("status=404"))
        }
        try await DenialRouteTests.run { server, lines in
            _ = try await server.call(.get, "/v1/accounts/ada/balance")
            #expect(lines.containing("request ").isEmpty)
        }
    }
}
