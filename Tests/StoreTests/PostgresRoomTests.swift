import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Testing

@Suite(.heavy, .timeLimit(.minutes(15))) struct PostgresRoomTests {
    /// What the server says when its disk is full is raised by triggers here, wherever a store needs room.
    @Test(arguments: [("53100", StoreError.Code.full), ("58030", .ioFailed), ("42501", .denied)])
    func `a server that answers but has no room is told apart, and used again when it has`(
        state: String, code: StoreError.Code
    ) async throws {
        let name = try await PostgresDatabases.shared.make()
        let cluster = try PostgresCluster.shared.get()
        let store = try await PostgresLedgerStore(address: cluster.address(of: name), laneCount: 2, readerCount: 1)
        let fixture = try await Fixture(store)
        try await fixture.open("a", plan: "pro")
        try cluster.run(
            sql: """
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '\(state)'; END $$;
                CREATE FUNCTION refuse_table() RETURNS event_trigger LANGUAGE plpgsql AS
                    $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '\(state)'; END $$;
                CREATE TRIGGER refusal BEFORE INSERT ON scrip.entries EXECUTE FUNCTION refuse();
                CREATE EVENT TRIGGER refusal ON ddl_command_start WHEN TAG IN ('CREATE TABLE')
                    EXECUTE FUNCTION refuse_table();
                """, in: name)
        #expect(await store.probe() == .available)
        let charge = Intent.charge(Usage(action: ActionID(unchecked: "chat")))
        for _ in 0..<2 {
            let error = await #expect(throws: StoreError.self) { try await fixture.submit("a", charge) }
            #expect(error?.code == code, "\(String(describing: error))")
        }
        for _ in 0..<2 {
            guard case .unavailable(let error) = await store.probe() else {
                Issue.record("the store says that it is available")
                return
            }
            #expect(error.code == code)
        }
        #expect(try await fixture.available("a") == "100")
        try cluster.run(sql: "DROP EVENT TRIGGER refusal; DROP TRIGGER refusal ON scrip.entries", in: name)
        while await store.probe() != .available { try await Task.sleep(for: .milliseconds(50)) }
        _ = try await fixture.submit("a", charge)
        #expect(try await fixture.available("a") == "99")
        try await store.close()
    }
}
