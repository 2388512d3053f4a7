import Foundation
import ScripCore
import ScripEngine
import ScripTesting
import Testing

@testable import ScripPostgres

/// What a PostgreSQL server is in trouble with is told apart.
@Suite(.heavy, .timeLimit(.minutes(15))) struct PostgresTroubleTests {
    private let charge = Intent.charge(Usage(action: ActionID(unchecked: "chat")))

    private static func store(_ address: String) async throws -> PostgresLedgerStore {
        try await PostgresLedgerStore(
            address: address, laneCount: 1, readerCount: 1, listens: false, patience: .milliseconds(200))
    }

    @Test(.enabled(if: SmallDisk.isPossible))
    func `a disk that fills up is full, and the store goes on when there is room`() async throws {
        let disk = try SmallDisk(megabytes: 48, owner: "postgres")
        defer { disk.remove() }
        let cluster = try PostgresCluster()
        defer { cluster.stop() }
        try cluster.run(sql: "CREATE TABLESPACE small LOCATION '\(disk.folder)'", in: "postgres")
        try cluster.run(sql: "CREATE DATABASE small TEMPLATE template0 TABLESPACE small", in: "postgres")
        let address = cluster.address(of: "small")
        _ = try await PostgresMigrations(address: address).apply()
        let store = try await PostgresTroubleTests.store(address)
        let fixture = try await Fixture(store)
        try await fixture.open("a", plan: "pro")
        try disk.fill()
        try await fixture.openUntilFull()
        #expect(store.health != .available)
        #expect(try await fixture.available("a") == "100")
        try disk.makeRoom()
        while await store.probe() != .available { try await Task.sleep(for: .milliseconds(50)) }
        _ = try await fixture.submit("a", charge)
        #expect(try await fixture.engine.verify().isClean)
        try await store.close()
    }

    @Test func `a right that was revoked is denied, and so is a user who is not let in`() async throws {
        let cluster = try PostgresCluster()
        defer { cluster.stop() }
        let name = try cluster.makeDatabase()
        _ = try await PostgresMigrations(address: cluster.address(of: name)).apply()
        try cluster.run(
            sql: """
                CREATE ROLE app LOGIN;
                GRANT ALL ON SCHEMA scrip TO app;
                GRANT ALL ON ALL TABLES IN SCHEMA scrip TO app;
                GRANT ALL ON ALL SEQUENCES IN SCHEMA scrip TO app;
                GRANT ALL ON ALL FUNCTIONS IN SCHEMA scrip TO app;
                """, in: name)
        let address = "postgresql://app@/\(name)?host=\(cluster.folder)&port=\(cluster.port)"
        let store = try await PostgresTroubleTests.store(address)
        let fixture = try await Fixture(store)
        try await fixture.open("a", plan: "pro")
        _ = try await fixture.submit("a", charge)
        try cluster.run(sql: "REVOKE INSERT ON scrip.entries FROM app", in: name)
        let refused = await #expect(throws: StoreError.self) { try await fixture.submit("a", charge) }
        #expect(refused?.code == .denied, "\(String(describing: refused))")
        #expect(try await fixture.available("a") == "99")
        try cluster.run(sql: "GRANT INSERT ON scrip.entries TO app", in: name)
        _ = try await fixture.submit("a", charge)
        #expect(try await fixture.available("a") == "98")
        try cluster.run(
            sql: """
                ALTER ROLE app NOLOGIN;
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'
                """, in: name)
        let barred = await #expect(throws: StoreError.self) { try await fixture.available("a") }
        #expect(barred?.code == .denied, "\(String(describing: barred))")
        guard case .unavailable(let reason) = store.health else {
            Issue.record("the store says that it is available")
            return
        }
        #expect(reason.code == .denied)
        try cluster.run(sql: "ALTER ROLE app LOGIN", in: name)
        while await store.probe() != .available { try await Task.sleep(for: .milliseconds(50)) }
        #expect(try await fixture.available("a") == "98")
        try await store.close()
    }

    @Test func `pages that were written over are damaged, and a server that is stopped is out of reach`() async throws {
        let cluster = try PostgresCluster()
        defer { cluster.stop() }
        let name = try cluster.makeDatabase()
        let address = cluster.address(of: name)
        _ = try await PostgresMigrations(address: address).apply()
        let store = try await PostgresTroubleTests.store(address)
        let fixture = try await Fixture(store)
        try await fixture.open("a", plan: "pro")
        try cluster.run(sql: "CHECKPOINT", in: name)
        let place = try cluster.run(sql: "SELECT pg_relation_filepath('scrip.accounts')", in: name)
        try cluster.kill()
        let gone = await #expect(throws: StoreError.self) { try await fixture.available("a") }
        #expect(gone?.code == .unreachable, "\(String(describing: gone))")
        let path = "\(cluster.folder)/data/\(place.trimmingCharacters(in: .whitespacesAndNewlines))"
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.write(contentsOf: Data(repeating: 0xAB, count: 8_192))
        try file.close()
        try cluster.start()
        while await store.probe() != .available { try await Task.sleep(for: .milliseconds(50)) }
        let error = await #expect(throws: StoreError.self) {
            _ = try await store.read { try $0.account(AccountID(unchecked: "a")) }
        }
        #expect(error?.code == .damaged, "\(String(describing: error))")
        try await store.close()
    }

    @Test(arguments: [
        ("53100", StoreError.Code.full), ("58030", .ioFailed), ("25006", .readOnly), ("42501", .denied),
        ("28P01", .denied), ("28000", .denied), ("XX001", .damaged), ("XX002", .damaged), ("53300", .busy),
        ("53200", .busy), ("40001", .busy), ("55P03", .busy), ("42P01", .tooOld), ("08006", .unreachable),
        ("57P01", .unreachable), ("", .unreachable), ("22P02", .failed), ("23502", .failed), ("42883", .failed),
        ("57014", .failed), ("XX000", .failed),
    ])
    func `every state of the server's has its kind of failure`(state: String, code: StoreError.Code) {
        #expect(PostgresFailure(state: state, message: "x").storeError.code == code)
    }

    @Test func `what servers say to those whom they do not let in is told from what keeps a server from answering`() {
        for message in [
            #"FATAL:  password authentication failed for user "app""#,
            #"FATAL:  no pg_hba.conf entry for host "[local]", user "app", database "x", no encryption"#,
            #"FATAL:  role "app" is not permitted to log in"#, #"FATAL:  role "app" does not exist"#,
            #"FATAL:  permission denied for database "x""#, "fe_sendauth: no password supplied",
        ] {
            #expect(PostgresFailure.saysDenied(message), "\(message)")
            let failure = PostgresFailure(unconnected: message, isDenied: true)
            #expect(failure.storeError.code == .denied && failure.kind == .lost)
        }
        for message in [
            #"connection to server at "db" failed: Connection refused"#, #"FATAL:  database "x" does not exist"#,
            "timeout expired", "FATAL:  the database system is starting up",
        ] { #expect(!PostgresFailure.saysDenied(message), "\(message)") }
    }
}
