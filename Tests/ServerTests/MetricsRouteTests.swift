import Foundation
import HTTPTypes
import Logging
import ScripCore
import ScripEngine
import ScripMetrics
import ScripServer
import ScripTesting
import Testing

@Suite(.timeLimit(.minutes(15))) struct MetricsRouteTests {
    private static func lines(_ server: TestServer) async throws -> Set<String> {
        let reply = try await server.call(.get, "/metrics")
        #expect(reply.status == 200)
        return Set(reply.text.split(separator: "\n").map(String.init))
    }

    private static func expect(
        _ expected: [String], in lines: Set<String>, _ location: SourceLocation = #_sourceLocation
    ) {
        for line in expected { #expect(lines.contains(line), "\(line)", sourceLocation: location) }
    }

    @Test func `metrics, which are floats, tell of counts and seconds, never of credits or money`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            _ = try await server.call(.post, "/v1/accounts/u/charges", #"{"amount":"0.123456789"}"#)
            let lines = try await Self.lines(server)
            let names = lines.filter { !$0.hasPrefix("#") }.map { $0.prefix { $0 != "{" && $0 != " " } }
            #expect(names.count > 20)
            for name in names + ServerMetrics.descriptions.map({ $0.name[...] }) {
                let words = ["credit", "amount", "balance", "price", "cost", "usd", "dollar", "money", "charge_"]
                #expect(!words.contains { name.contains($0) }, "\(name)")
            }
            #expect(!lines.contains { $0.hasSuffix("0.123456789") || $0.hasSuffix(" 123456789") })
        }
    }

    @Test func `what was charged, refused and repeated is counted`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            let charge = #"{"action":"ai_chat_message"}"#
            for _ in 0..<3 {
                _ = try await server.call(
                    .post, "/v1/accounts/u/charges", charge, headers: ["Idempotency-Key": "once"])
            }
            _ = try await server.call(.post, "/v1/accounts/u/charges", #"{"action":"nope"}"#)
            _ = try await server.call(.post, "/v1/accounts/nobody/charges", charge)
            _ = try await server.call(.post, "/v1/accounts/u/charges", "{")
            _ = try await server.call(.get, "/v1/nothing/u")
            _ = try await server.call(.delete, "/v1/accounts")
            let lines = try await Self.lines(server)
            let route = #"route="/v1/accounts/{account}/charges""#
            Self.expect(
                [
                    #"scrip_commands_total{intent="put_account",outcome="ok"} 1"#,
                    #"scrip_commands_total{intent="charge",outcome="ok"} 1"#,
                    #"scrip_commands_total{intent="charge",outcome="replayed"} 2"#,
                    #"scrip_commands_total{intent="charge",outcome="unknown_action"} 1"#,
                    #"scrip_commands_total{intent="charge",outcome="account_not_found"} 1"#,
                    #"scrip_http_requests_total{method="POST",\#(route),status="201"} 3"#,
                    #"scrip_http_requests_total{method="POST",\#(route),status="422"} 1"#,
                    #"scrip_http_requests_total{method="POST",\#(route),status="404"} 1"#,
                    #"scrip_http_requests_total{method="POST",\#(route),status="400"} 1"#,
                    #"scrip_http_request_duration_seconds_count{\#(route)} 6"#,
                    #"scrip_http_requests_total{method="GET",route="unmatched",status="404"} 1"#,
                    #"scrip_http_requests_total{method="DELETE",route="unmatched",status="405"} 1"#,
                    "scrip_batch_commands_count 6", "scrip_batch_commands_sum 6",
                    "scrip_commit_duration_seconds_count 6", "scrip_lane_waiting 0",
                    #"scrip_build_info{version="unknown"} 1"#,
                ], in: lines)
            #expect(!lines.contains { $0.contains("\"u\"") || $0.contains("nobody") })
        }
    }

    @Test func `events of usage are counted by what became of them`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            let event = #"{"id":"e1","account":"u","action":"ai_chat_message"}"#
            let others = #"{"id":"e2","account":"u","action":"nope"},{"id":"e3"}"#
            let reply = try await server.call(.post, "/v1/usage", "[\(event),\(event),\(others)]")
            #expect(reply.status == 200)
            Self.expect(
                [
                    #"scrip_usage_events_total{status="charged"} 1"#,
                    #"scrip_usage_events_total{status="duplicate"} 1"#,
                    #"scrip_usage_events_total{status="failed"} 2"#,
                    #"scrip_usage_events_total{status="demo"} 0"#,
                    #"scrip_commands_total{intent="track",outcome="unknown_action"} 1"#,
                    #"scrip_usage_events_total{status="unrated"} 0"#,
                    #"scrip_tracking_failures_total{reason="unknown_action"} 1"#,
                    #"scrip_tracking_failures_total{reason="invalid_request"} 1"#,
                    "scrip_tracking_failures_open 2",
                    "scrip_batch_commands_sum 4",
                ], in: try await Self.lines(server))
        }
    }

    @Test func `models without a price are counted by the catalog's policy`() async throws {
        let document = """
            credit_types: [{id: credits, name: Credits, usd_value: "0.01"}]
            default_plan: free
            plans: [{id: free, name: Free, allowances: [{credit_type: credits, amount: "5"}]}]
            actions:
              - {id: chat, credit_type: credits, rate: {model_tokens: {markup: "1.2"}}}

            """
        try await TestServer.run { server in
            let fallback = #"unknown_model: {usd_per_million: {input: "1", output: "2"}}"#
            for policy in ["", "unknown_model: record", fallback] {
                _ = try await server.engine.applyCatalog(document: document + policy)
                _ = try await server.call(.put, "/v1/accounts/u", "{}")
                let body = #"{"action":"chat","model":"mystery-1","usage":{"input_tokens":1}}"#
                for _ in 0..<2 {
                    _ = try await server.call(
                        .post, "/v1/accounts/u/charges", body, headers: ["Idempotency-Key": "k\(policy.count)"])
                }
            }
            Self.expect(
                [
                    #"scrip_unknown_models_total{policy="refused"} 2"#,
                    #"scrip_unknown_models_total{policy="recorded"} 1"#,
                    #"scrip_unknown_models_total{policy="fallback"} 1"#,
                    #"scrip_tracking_failures_total{reason="unknown_model"} 1"#,
                    "scrip_tracking_failures_open 1",
                ], in: try await Self.lines(server))
        }
    }

    @Test func `made-up reasons of failures are bounded`() async throws {
        let registry = MetricsRegistry()
        let metrics = EngineMetrics(factory: registry)
        for index in 0..<100 { metrics.trackingFailure(reason: "r\(index)") }
        let text = String(decoding: registry.exposition(.text), as: UTF8.self)
        #expect(text.contains(#"scrip_tracking_failures_total{reason="other"} 36"#))
    }

    @Test func `the sweeper counts the accounts it advanced`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            server.clock.advance(seconds: 40 * 86_400)
            let count = try await Sweeper(engine: server.engine).sweep()
            #expect(count > 0)
            let now = server.clock.now().microseconds / 1_000_000
            let late = try await Self.lines(server)
            Self.expect(
                [
                    "scrip_sweeper_accounts_total \(count)", "scrip_sweeper_runs_total 1",
                    "scrip_sweeper_failures_total 0", "scrip_sweeper_last_run_timestamp_seconds \(now)",
                ], in: late)
            let lag = late.compactMap { line -> Int? in
                line.hasPrefix("scrip_sweeper_lag_seconds ") ? Int(line.split(separator: " ")[1]) : nil
            }
            #expect(lag.count == 1 && lag.allSatisfy { (1...40 * 86_400).contains($0) })
            _ = try await Sweeper(engine: server.engine).sweep()
            Self.expect(
                ["scrip_sweeper_lag_seconds 0", "scrip_sweeper_runs_total 2"], in: try await Self.lines(server))
        }
    }

    @Test func `what the store fails at is counted, and what the rules refuse is not`() async throws {
        let registry = MetricsRegistry()
        let store = MemoryLedgerStore()
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let engine = try await Engine(store: store, logger: logger, metrics: registry)
        struct DiskFull: Error {}
        for error in [
            StoreError(.damaged, "a line"), StoreError(.tooNew, "a newer one"), DiskFull(), Rejection.entryNotFound,
        ] as [any Error] {
            await #expect(throws: (any Error).self) { try await engine.store.write { _ in throw error } }
        }
        await #expect(throws: DiskFull.self) { try await engine.store.read { _ in throw DiskFull() } }
        let text = String(decoding: registry.exposition(.text), as: UTF8.self)
        Self.expect(
            [
                #"scrip_store_errors_total{code="damaged",operation="write"} 1"#,
                #"scrip_store_errors_total{code="too_new",operation="write"} 1"#,
                #"scrip_store_errors_total{code="database",operation="write"} 1"#,
                #"scrip_store_errors_total{code="database",operation="read"} 1"#,
            ], in: Set(text.split(separator: "\n").map(String.init)))
        #expect(text.components(separatedBy: "scrip_store_errors_total{").count == 5)
    }

    @Test func `calls of models that traces tell of are counted as events`() async throws {
        try await TestServer.run { server in
            let time = #""startTimeUnixNano":"1769817600000000000","endTimeUnixNano":"1769817601000000000""#
            let span =
                #"{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"chat","# + time
            let attributes = #","attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}}]}"#
            let body = #"{"resourceSpans":[{"scopeSpans":[{"spans":[\#(span)\#(attributes)]}]}]}"#
            let reply = try await server.call(.post, "/v1/traces", body, headers: ["Content-Type": "application/json"])
            #expect(reply.status == 200, "\(reply.text)")
            Self.expect(
                [#"scrip_usage_events_total{status="failed"} 1"#, "scrip_tracking_failures_open 1"],
                in: try await Self.lines(server))
        }
    }

    @Test func `commands that are not taken count as errors`() async throws {
        try await TestServer.run { server in
            await server.engine.drain()
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            Self.expect(
                [#"scrip_commands_total{intent="put_account",outcome="error"} 1"#],
                in: try await Self.lines(server))
        }
    }

    @Test func `OpenMetrics comes to those who ask, the older format to all others`() async throws {
        try await TestServer.run(behindSocket: true) { server in
            let plain = try await server.call(.get, "/metrics")
            #expect(plain.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(plain.text.contains("# TYPE scrip_sweeper_accounts_total counter\n"))
            let open = try await server.call(
                .get, "/metrics", headers: ["Accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"])
            #expect(open.headers[.contentType] == "application/openmetrics-text; version=1.0.0; charset=utf-8")
            #expect(open.text.contains("# TYPE scrip_sweeper_accounts counter\n") && open.text.hasSuffix("\n# EOF\n"))
        }
    }

    @Test func `metrics are public only where the configuration says so`() async throws {
        try await TestServer.run(configuration: ServerConfiguration(metricsArePublic: true)) { server in
            let (open, wrong) = (
                try await server.call(.get, "/metrics", secret: nil),
                try await server.call(.get, "/metrics", secret: "nonsense")
            )
            #expect(open.status == 200 && wrong.status == 200)
            let other = try await server.call(.get, "/v1/accounts", secret: nil)
            #expect(other.status == 401)
        }
    }

    @Test func `every metric is described in docs/metrics.md`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/metrics.md"), encoding: .utf8)
        let read = ProcessReadings.current().map(\.name) + ["scrip_tracking_failures_open", "scrip_streams_open"]
        for name in ServerMetrics.descriptions.map(\.name) + read {
            #expect(text.contains("| `\(name)"), "\(name)")
        }
    }
}
