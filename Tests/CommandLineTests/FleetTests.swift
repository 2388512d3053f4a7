import Foundation
import ScripTesting
import Synchronization
import Testing

@Suite(.serialized, .heavy, .timeLimit(.minutes(15))) struct FleetTests {
    @Test func `instances, connections and the database die under load, and nothing is lost or doubled`() async throws {
        let cluster = try PostgresCluster(isDurable: true)
        let name = try cluster.makeDatabase()
        let fleet = try await Fleet(3, address: cluster.address(of: name), finite: 3, endless: 7)
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        await withTaskGroup(of: Void.self) { group in
            for caller in 0..<16 {
                group.addTask {
                    var random = SeededGenerator(seed: seed &+ UInt64(caller))
                    var step = 0
                    let placesHolds = caller % 8 >= 6
                    // However slow the machine is, each account sees every fate of a hold.
                    while !fleet.isOver.load(ordering: .acquiring) || placesHolds && step < Fleet.fewestHolds {
                        step += 1
                        if placesHolds {
                            // Half of the holds are on accounts that others use, too.
                            let account = caller % 8 == 6 ? "endless_\(step % 3)" : "endless_\(5 + caller % 3)"
                            let fate = Fleet.HoldFate.allCases[step % 4]
                            await fleet.hold(account, key: "h\(caller)s\(step)", fate, using: &random)
                            continue
                        }
                        let account = caller % 4 == 0 ? "finite_\(step % 3)" : "endless_\(step % 5)"
                        // Some keys are used by two callers at once.
                        let key = caller % 5 == 1 ? "shared-\(step)" : "c\(caller)s\(step)"
                        await fleet.charge(account, key: key, repeats: Int.random(in: 0...5, using: &random) / 5)
                    }
                }
            }
            group.addTask {
                var random = SeededGenerator(seed: ~seed)
                var turn = 0
                // However slow the machine is, there are so many blows, and so many callers are answered.
                while turn < 30 || fleet.report.acknowledged.count < 400 {
                    turn += 1
                    try? await Task.sleep(for: .milliseconds(Int.random(in: 200...1_000, using: &random)))
                    if turn % 9 == 5 {
                        try? cluster.kill()
                        try? cluster.start()
                    } else if turn % 2 == 0 {
                        try? fleet.restart(Int.random(in: 0..<3, using: &random))
                    } else {
                        _ = try? cluster.run(
                            sql: """
                                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                                WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'
                                """, in: name)
                    }
                }
                fleet.isOver.store(true, ordering: .releasing)
            }
        }
        try await FleetTests.exhaust(fleet)
        try FleetTests.requireEverythingOnce(fleet, cluster, name)
        try fleet.requireExactHolds(granted: 1_000_000, in: cluster, name)
        for index in 0..<3 {
            let sql = "SELECT count(*) FROM scrip.entries WHERE account_id = 'finite_\(index)' AND kind = 'charge'"
            #expect(try cluster.run(sql: sql, in: name) == "100\n")
        }
    }

    @Test func `a synchronous standby takes over under load, and nothing that was acknowledged is lost`() async throws {
        let primary = try PostgresCluster(isDurable: true)
        let name = try primary.makeDatabase()
        let standby = try PostgresCluster(standbyOf: primary)
        try primary.run(sql: "ALTER SYSTEM SET synchronous_standby_names = '*'", in: name)
        try primary.run(sql: "SELECT pg_reload_conf()", in: name)
        let address =
            "postgresql://scrip@/\(name)?host=\(primary.folder),\(standby.folder)&target_session_attrs=read-write"
        let fleet = try await Fleet(2, address: address, finite: 1, endless: 4)
        let before = await withTaskGroup(of: Int.self) { group in
            for caller in 0..<12 {
                group.addTask {
                    var step = 0
                    while !fleet.isOver.load(ordering: .acquiring) {
                        step += 1
                        let account = caller % 6 == 0 ? "finite_0" : "endless_\(step % 4)"
                        await fleet.charge(account, key: "c\(caller)s\(step)", repeats: step % 7 / 6)
                    }
                    return 0
                }
            }
            group.addTask {
                await fleet.waitForAcknowledged(300)
                let before = fleet.report.acknowledged.count
                #expect(throws: Never.self) {
                    try primary.kill()
                    try standby.promote()
                }
                await fleet.waitForAcknowledged(before + 300)
                fleet.isOver.store(true, ordering: .releasing)
                return before
            }
            return await group.reduce(0, +)
        }
        try await FleetTests.exhaust(fleet, finite: 1)
        try FleetTests.requireEverythingOnce(fleet, standby, name)
        #expect(fleet.report.acknowledged.count > before + 100)
        let sql = "SELECT count(*) FROM scrip.entries WHERE account_id = 'finite_0' AND kind = 'charge'"
        #expect(try standby.run(sql: sql, in: name) == "100\n")
    }

    /// Charges the accounts with 100 credits until they have none.
    private static func exhaust(_ fleet: Fleet, finite: Int = 3) async throws {
        for index in 0..<finite {
            var refusal: Int?
            for step in 0...100 where refusal == nil {
                let status = await fleet.charge("finite_\(index)", key: "last-\(step)", repeats: 0)
                try #require(status != nil)
                if status == 429 { refusal = status }
            }
            #expect(refusal == 429)
        }
    }

    private static func requireEverythingOnce(_ fleet: Fleet, _ cluster: PostgresCluster, _ name: String) throws {
        fleet.killAll()
        let sql = """
            SELECT account_id || ' ' || idempotency_key FROM scrip.entries WHERE idempotency_key IS NOT NULL
            """
        let kept = try cluster.run(sql: sql, in: name).split(separator: "\n").map(String.init)
        let told = fleet.report
        print("acknowledged \(told.acknowledged.count), asked again \(told.retryCount)")
        #expect(told.acknowledged.count > 200)
        #expect(kept.count == Set(kept).count)
        #expect(told.acknowledged.subtracting(kept).isEmpty)
        let verified = try fleet.verify()
        #expect(verified.exitCode == 0, "\(verified.output)\(verified.errors)")
    }
}
