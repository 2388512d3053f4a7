import Foundation
import ScripTesting
import Testing

@Suite(.heavy, .timeLimit(.minutes(15))) struct CopyCommandTests {
    /// Every line of every journal with its digest, as SQLite keeps it.
    private static let lines =
        "SELECT account_id, seq, hex(hash), CAST(body AS TEXT) FROM entries ORDER BY account_id, seq"

    @Test func `killed again and again, a copy there and back ends with every line as it was`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        let rows = (0..<12_000).map { row in "2026-01-02T03:\(10 + row / 400):\(10 + row % 50)Z,ai_chat_message" }
        try scrip.write((["time,action"] + rows).joined(separator: "\n") + "\n", to: "log.csv")
        let replayed = try scrip.run("replay", "log.csv", "--accounts-round-robin", "60", "--open-accounts")
        #expect(replayed.exitCode == 0, "\(replayed.errors)")
        let cluster = try PostgresCluster.shared.get()
        let name = try cluster.makeDatabase()
        let (file, database) = ("sqlite:\(scrip.database.path)", cluster.address(of: name))
        #expect(try scrip.run("migrate", "--database", database).exitCode == 0)
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        func copyKilled(from: String, to: String) throws {
            for _ in 0..<4 {
                let end = Date(timeIntervalSinceNow: Double(Int.random(in: 50...700, using: &generator)) / 1_000)
                _ = try scrip.runAndKill(["copy", "--from", from, "--to", to]) { Date() > end }
            }
            let finished = try scrip.run("copy", "--from", from, "--to", to)
            #expect(finished.exitCode == 0, "\(finished.errors)")
            #expect(finished.output.contains("both hold the same"))
        }
        try copyKilled(from: file, to: database)
        #expect(try scrip.run("verify", "--database", database).exitCode == 0)
        let back = try ScripProcess()
        try copyKilled(from: database, to: "sqlite:\(back.database.path)")
        let (before, after) = (try scrip.query(Self.lines), try back.query(Self.lines))
        #expect(before == after && before.split(separator: "\n").count > 12_000)
        #expect(try back.run("verify", "--database", "sqlite:\(back.database.path)").exitCode == 0)

        let other = try ScripProcess.withSampleCatalog()
        #expect(try other.run("account", "create", "u_1", "--plan", "free").exitCode == 0)
        let refused = try scrip.run("copy", "--from", file, "--to", "sqlite:\(other.database.path)")
        #expect(refused.exitCode == 1)
        #expect(refused.errors.contains("The target already holds different data"), "\(refused.errors)")
    }
}
