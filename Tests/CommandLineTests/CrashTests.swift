import Foundation
import FoundationNetworking
import ScripJSON
import ScripTesting
import Testing

/// A server that is ended again and again while callers charge: killed with SIGKILL, or asked to end with SIGTERM.
@Suite("What was acknowledged survives every crash and every end, once", .heavy, .timeLimit(.minutes(15)))
struct CrashTests {
    private static let rounds = 6
    private static let callers = 8

    /// Where the server keeps what it acknowledges.
    enum Database: String, CaseIterable, Sendable {
        case sqlite
        case postgres
    }

    @Test(
        "Ended under load, round after round, every acknowledged charge is in the journal exactly once",
        arguments: [(Database.sqlite, SIGKILL), (.sqlite, SIGTERM), (.postgres, SIGKILL)])
    func endedUnderLoad(database: Database, signal: Int32) async throws {
        let cluster = try database == .postgres ? PostgresCluster.shared.get() : nil
        let name = try cluster?.makeDatabase() ?? ""
        let scrip = try ScripProcess(address: cluster?.address(of: name))
        #expect(try scrip.run("migrate").exitCode == 0)
        try scrip.write(try scrip.run("catalog", "template", "subscription-credits").output, to: "catalog.yaml")
        #expect(try scrip.run("catalog", "apply", "catalog.yaml").exitCode == 0)
        for index in 0..<4 {
            #expect(try scrip.run("account", "create", "u_\(index)", "--plan", "enterprise").exitCode == 0)
        }
        let made = try JSONValue.parse(
            Array(try scrip.run("key", "create", "--name", "t", "--scope", "all", "--json").output.utf8))
        let secret = try #require(made["secret"]?.stringValue)
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        var acknowledged: Set<String> = []
        for round in 0..<CrashTests.rounds {
            let port = try ScripProcess.freePort()
            let server = try scrip.start(["serve", "--port", "\(port)"])
            let url = try #require(URL(string: "http://127.0.0.1:\(port)"))
            try await ScripProcess.waitUntilReady(port)
            let goal = Int.random(in: 20...200, using: &random)
            let keys = await withTaskGroup(of: [String].self) { group in
                for caller in 0..<CrashTests.callers {
                    group.addTask { await CrashTests.charge(url, secret, "r\(round)c\(caller)", atMost: goal) }
                }
                // The first caller to reach its share ends the round for all: the server ends amid the others.
                var keys = await group.next() ?? []
                server.send(signal)
                for await more in group { keys += more }
                return keys
            }
            server.wait()
            if signal == SIGTERM {
                #expect(server.wait() == 0, "seed \(seed)")
            }
            acknowledged.formUnion(keys)
        }
        #expect(acknowledged.count >= CrashTests.rounds * 20)
        let kept = try CrashTests.keys(scrip, in: cluster, name).split(whereSeparator: \.isNewline)
        #expect(kept.count == Set(kept).count)
        #expect(acknowledged.subtracting(kept.map(String.init)).isEmpty)
        #expect(try scrip.run("verify").exitCode == 0)
    }

    /// The idempotency keys of all lines.
    private static func keys(_ scrip: ScripProcess, in cluster: PostgresCluster?, _ name: String) throws -> String {
        if let cluster {
            let sql = "SELECT idempotency_key FROM scrip.entries WHERE idempotency_key IS NOT NULL"
            return try cluster.run(sql: sql, in: name)
        }
        return try scrip.query(
            "SELECT json_extract(CAST(body AS TEXT), '$.idempotency_key') FROM entries WHERE key_hash IS NOT NULL")
    }

    /// Charges one after the other until the server is gone or the share is done, and returns the keys of what was
    /// acknowledged.
    private static func charge(_ url: URL, _ secret: String, _ name: String, atMost count: Int) async -> [String] {
        let session = URLSession(configuration: .ephemeral)
        defer { session.invalidateAndCancel() }
        var keys: [String] = []
        for index in 0..<count {
            let key = "\(name)n\(index)"
            var request = URLRequest(url: url.appendingPathComponent("v1/accounts/u_\(index % 4)/charges"))
            request.httpMethod = "POST"
            request.setValue("Bearer \(secret)", forHTTPHeaderField: "Authorization")
            request.setValue(key, forHTTPHeaderField: "Idempotency-Key")
            request.httpBody = Data(#"{"action":"start_workflow"}"#.utf8)
            guard let (_, response) = try? await session.data(for: request) else { return keys }
            if (response as? HTTPURLResponse)?.statusCode == 201 { keys.append(key) }
        }
        return keys
    }
}
