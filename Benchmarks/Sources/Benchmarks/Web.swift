import Foundation
import Hummingbird
import Logging
import ScripCore
import ScripEngine
import ScripServer
import ScripTesting

/// Charges over HTTP beside a route that reads JSON and answers JSON and does nothing else, on the same machine with the
/// same framework. The load comes from `wrk`, with 64 connections.
enum Web {
    struct Body: Codable, ResponseEncodable {
        var action: String
        var quantity: Int
    }

    static func measure() async throws {
        let fixture = try await Fixture(accounts: 10_000)
        let key = try await fixture.engine.createKey(name: "bench", scopes: [.all], expiresAt: nil)
        var logger = Logger(label: "bench")
        logger.logLevel = .error
        let server = buildApplication(
            engine: fixture.engine, configuration: ServerConfiguration(host: "127.0.0.1", port: 18_411), logger: logger
        )
        let router = Router()
        router.post("/noop") { request, context in
            let body = try await request.decode(as: Body.self, context: context)
            return Body(action: body.action, quantity: body.quantity + 1)
        }
        let noop = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 18_412)), logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.runService() }
            group.addTask { try await noop.runService() }
            try await Task.sleep(for: .seconds(1))
            var ratios: [Double] = []
            for round in 1...3 {
                let empty = try await load(port: 18_412, script: script(path: "/noop", secret: nil))
                let charges = try await load(port: 18_411, script: script(path: nil, secret: key.secret.text))
                print("http: round \(round), no-op \(empty.rate) per second, p99 \(empty.tail)")
                print(
                    "http: round \(round), charges \(charges.rate) per second, p99 \(charges.tail), failed \(charges.failed)"
                )
                ratios.append(charges.rate / empty.rate)
            }
            print("ratio of charges to no-op, median: \(Int(ratios.sorted()[1] * 100)) %")
            group.cancelAll()
        }
        try await fixture.end()
    }

    private static func script(path: String?, secret: String?) -> String {
        """
        wrk.method = "POST"
        wrk.body = '{"action":"chat","quantity":1}'
        wrk.headers["Content-Type"] = "application/json"
        \(secret.map { "wrk.headers[\"Authorization\"] = \"Bearer \($0)\"" } ?? "")
        local seed = 0
        setup = function(thread) thread:set("id", seed); seed = seed + 1 end
        init = function()
            math.randomseed(os.time() * 100 + id)
            count = 0
            prefix = tostring(math.random(1, 1e9)) .. "-" .. id .. "-"
        end
        request = function()
            count = count + 1
            wrk.headers["Idempotency-Key"] = prefix .. count
            return wrk.format(nil, \(path.map { "\"\($0)\"" } ?? "\"/v1/accounts/u_\" .. math.random(0, 9999) .. \"/charges\""))
        end
        """
    }

    static func load(
        port: Int, script: String, connections: Int = 64
    ) async throws -> (rate: Double, tail: String, failed: String) {
        let file = TemporaryFolder.newFile(ending: "lua")
        try script.write(toFile: file, atomically: true, encoding: .utf8)
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "wrk", "-t2", "-c\(connections)", "-d8s", "--latency", "-s", file, "http://127.0.0.1:\(port)",
        ]
        process.standardOutput = pipe
        let text = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { _ in
                continuation.resume(returning: String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self))
            }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        func value(after label: String) -> String {
            guard let line = text.split(separator: "\n").first(where: { $0.contains(label) }) else { return "none" }
            return line.split(whereSeparator: { $0 == " " || $0 == ":" }).last.map(String.init) ?? "none"
        }
        return (Double(value(after: "Requests/sec")) ?? 0, value(after: "99%"), value(after: "Non-2xx"))
    }
}
