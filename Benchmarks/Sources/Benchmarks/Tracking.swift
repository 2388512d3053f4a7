import Logging
import ScripEngine
import ScripPrices
import ScripServer

/// Usage events of models over HTTP, 1,000 in each request, durable when answered. The load comes from `wrk`, with four
/// connections.
enum Tracking {
    static func measure() async throws {
        let fixture = try await Fixture(accounts: 10_000, document: Ratings.document, book: true)
        let key = try await fixture.engine.createKey(name: "bench", scopes: [.all], expiresAt: nil)
        var logger = Logger(label: "bench")
        logger.logLevel = .error
        let server = buildApplication(
            engine: fixture.engine, configuration: ServerConfiguration(host: "127.0.0.1", port: 18_413), logger: logger
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.runService() }
            try await Task.sleep(for: .seconds(1))
            for round in 1...3 {
                let load = try await Web.load(port: 18_413, script: script(secret: key.secret.text), connections: 4)
                print(
                    "track: round \(round), \(Int(load.rate * 1_000)) events per second in requests of 1,000, "
                        + "p99 \(load.tail), failed \(load.failed)")
            }
            group.cancelAll()
        }
        try await fixture.end()
    }

    private static func script(secret: String) -> String {
        """
        wrk.method = "POST"
        wrk.path = "/v1/usage"
        wrk.headers["Content-Type"] = "application/x-ndjson"
        wrk.headers["Authorization"] = "Bearer \(secret)"
        local seed = 0
        setup = function(thread) thread:set("id", seed); seed = seed + 1 end
        init = function()
            math.randomseed(os.time() * 100 + id)
            count = 0
            prefix = tostring(math.random(1, 1e9)) .. "-" .. id .. "-"
        end
        request = function()
            local lines = {}
            for index = 1, 1000 do
                count = count + 1
                lines[index] = '{"id":"' .. prefix .. count .. '","account":"u_' .. math.random(0, 9999)
                    .. '","action":"chat","provider":"anthropic","model":"claude-sonnet-4-5-20250929",'
                    .. '"usage":{"input_tokens":' .. math.random(10, 9000) .. ',"cache_read_tokens":' .. math.random(0, 20000)
                    .. ',"output_tokens":' .. math.random(1, 2000) .. '}}'
            end
            return wrk.format(nil, nil, nil, table.concat(lines, "\\n"))
        end
        """
    }
}
