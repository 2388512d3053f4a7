import ScripEngine
import ScripPostgres
import ScripTesting

/// Databases with the present schema on the tests' own server.
actor PostgresDatabases {
    static let shared = PostgresDatabases()

    private var template: Task<String, any Error>?

    /// The address of a new database.
    func address() async throws -> String { try PostgresCluster.shared.get().address(of: try await make()) }

    /// Makes a database, and returns its name.
    func make() async throws -> String {
        let cluster = try PostgresCluster.shared.get()
        let made =
            template
            ?? Task {
                let name = try cluster.makeDatabase()
                _ = try await PostgresMigrations(address: cluster.address(of: name)).apply()
                return name
            }
        template = made
        return try cluster.makeDatabase(from: try await made.value)
    }

    /// A store over a new database.
    func store() async throws -> PostgresLedgerStore {
        try await PostgresLedgerStore(address: try await address(), laneCount: 3, readerCount: 2)
    }
}
