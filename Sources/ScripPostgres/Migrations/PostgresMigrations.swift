import ScripEngine

/// The numbered steps that bring a database to the present schema. They only go forward. From the eleventh on a step
/// has the same number and the same file name as SQLite's; one that the other store alone needs is there and does
/// nothing.
public struct PostgresMigrations: Sendable {
    /// One step.
    public struct Step: Sendable, Hashable {
        /// Its number, from 1, ascending.
        public let number: Int64
        /// What it brings.
        public let name: String
        let sql: String
    }

    /// All steps in order.
    public static let steps: [Step] = [
        Step(number: 1, name: "ledger", sql: Migration0001.sql),
        Step(number: 2, name: "audit and access", sql: Migration0002.sql),
        Step(number: 3, name: "purchases", sql: Migration0003.sql),
        Step(number: 4, name: "views for SQL", sql: Migration0004.sql),
        Step(number: 5, name: "jobs", sql: Migration0005.sql),
        Step(number: 6, name: "indexes for queries", sql: Migration0006.sql),
        Step(number: 7, name: "unchanged accounts", sql: Migration0007.sql),
        Step(number: 8, name: "owners of keys", sql: Migration0008.sql),
        Step(number: 9, name: "signing keys", sql: Migration0009.sql),
        Step(number: 10, name: "no foreign objects", sql: Migration0010.sql),
        Step(number: 11, name: "seals of records", sql: Migration0011.sql),
        Step(number: 12, name: "replacements in catalogs", sql: Migration0012.sql),
        Step(number: 13, name: "bounds of tracking failures", sql: Migration0013.sql),
        Step(number: 14, name: "denials", sql: Migration0014.sql),
        Step(number: 15, name: usageHours, sql: UsageHoursMigration.sql),
        Step(number: 16, name: placedViews, sql: PlacedViewsMigration.sql),
        Step(number: 17, name: "totals of tokens", sql: TokenTotalsMigration.sql),
        Step(number: 18, name: "indexes for filters", sql: Migration0018.sql),
        Step(number: 19, name: "organizations beside own tables", sql: Migration0019.sql),
    ]

    private static let usageHours = "usage by the hour"
    private static let placedViews = "views beside own tables"
    private static let newest = steps.last?.number ?? 0

    /// The lock under which steps are taken, so that several programs may be told to at once: "scrip" in ASCII.
    private static let lock: Int64 = 0x7363_7269_70

    /// Nothing but PostgreSQL's own is found by a bare name, whatever others have made in schemas on the usual path.
    static let ownPath = "SET LOCAL search_path = pg_catalog, pg_temp"

    private let address: String

    /// The steps for a database.
    /// - Parameter address: a URI or keywords, as libpq takes them; it must lead to the server itself or a pooler that
    ///   keeps a connection for a whole transaction.
    public init(address: String) {
        self.address = address
    }

    /// The steps that the database lacks. Changes nothing.
    /// - Throws: ``StoreError`` when it cannot be reached, or was made by a newer version.
    public func missing() async throws -> [Step] {
        try await run { connection in try PostgresMigrations.missing(in: connection) }
    }

    /// Takes the steps that the database lacks, all or none, while nobody else does.
    /// - Returns: the steps that were taken.
    /// - Throws: ``StoreError`` when it cannot be reached, or was made by a newer version.
    public func apply() async throws -> [Step] { try await apply(through: PostgresMigrations.newest) }

    /// The same for the steps up to a number.
    package func apply(through last: Int64) async throws -> [Step] {
        try await run { connection in
            try connection.run(script: "BEGIN")
            try connection.run(script: PostgresMigrations.ownPath)
            _ = try connection.run([
                Statement("SELECT pg_catalog.pg_advisory_xact_lock($1)", .integer(PostgresMigrations.lock))
            ])
            let all = try PostgresMigrations.missing(in: connection)
            let missing = all.filter { $0.number <= last }
            if missing.isEmpty { return [] }
            if all.count == PostgresMigrations.steps.count {
                try connection.run(
                    script: """
                        CREATE SCHEMA IF NOT EXISTS scrip;
                        CREATE TABLE scrip.migrations (
                            number bigint NOT NULL PRIMARY KEY,
                            name text NOT NULL,
                            applied_at timestamptz NOT NULL DEFAULT now()
                        );
                        """
                )
            }
            for step in missing {
                try connection.run(script: PostgresMigrations.ownPath)
                try connection.run(script: step.sql)
                _ = try connection.run([
                    Statement(
                        "INSERT INTO scrip.migrations (number, name) VALUES ($1, $2)", .integer(step.number),
                        .text(step.name))
                ])
            }
            try connection.run(script: PostgresMigrations.ownPath)
            // New tables may have got rights by default that they should not have.
            if last >= 4 {
                try connection.run(script: "SELECT scrip.grant_roles()")
                try CatalogActions.writeMissing(in: connection)
            }
            if last >= 13 {
                try PostgresReader.boundEarlierFailures(in: connection)
                try PostgresReader.sealEarlierRecords(in: connection)
            }
            if missing.contains(where: { $0.name == PostgresMigrations.usageHours }) {
                try UsageHoursMigration.fill(in: connection)
            }
            if missing.contains(where: { $0.name == PostgresMigrations.placedViews }) {
                try PostgresReader.sealIssuers(in: connection)
            }
            if PostgresMigrations.steps.contains(where: {
                $0.name == PostgresMigrations.placedViews && $0.number <= last
            }) {
                try connection.run(script: "SELECT scrip.place_views()")
            }
            try connection.run(script: "COMMIT")
            return missing
        }
    }

    /// Where a view is that applications ask.
    public struct ViewPlace: Sendable, Hashable {
        /// The view's name.
        public let name: String
        /// The schema that has it.
        public let schema: String
        /// Whether it is found in `public` by its name, itself or by a view over it. If not, `public` has something
        /// else of that name, or this user may not create there.
        public let isInPublic: Bool
        /// For `users` and `organizations`, of which type the `id` is that is found in `public`.
        public let idType: String?
    }

    /// Makes the views in `public` fit what else is there, and says where each view is.
    /// - Throws: ``StoreError``, also where something of the application's depends on a view that would have to change.
    public func placeViews() async throws -> [ViewPlace] {
        try await run { connection in
            try connection.run(script: "BEGIN")
            try connection.run(script: PostgresMigrations.ownPath)
            try connection.run(script: "SELECT scrip.place_views()")
            let rows = try connection.run([
                Statement("SELECT name, place, is_in_public::integer::bigint, id_type FROM scrip.view_places()")
            ])[0]
            try connection.run(script: "COMMIT")
            return try rows.indices.map { row in
                ViewPlace(
                    name: rows.text(row, 0), schema: rows.text(row, 1), isInPublic: try rows.integer(row, 2) == 1,
                    idType: rows.optionalText(row, 3))
            }
        }
    }

    /// The roles for readers that are not there, because the user who took the steps may not make roles. Somebody who
    /// may makes them, and then runs `SELECT scrip.grant_roles()` as the user who took the steps.
    public func absentRoles() async throws -> [String] {
        try await run { connection in
            let rows = try connection.run([
                Statement(
                    """
                    SELECT name FROM pg_catalog.unnest('{scrip_reporting,authenticated,anon}'::pg_catalog.text[])
                        AS wanted (name)
                    WHERE pg_catalog.to_regrole(name) IS NULL
                    """)
            ])
            return rows[0].indices.map { rows[0].text($0, 0) }
        }
    }

    private func run<R: Sendable>(_ work: @escaping @Sendable (Connection) throws -> R) async throws -> R {
        let breaker = CircuitBreaker(patience: .zero)
        let threads = ConnectionThreads(
            name: "migrate", count: 1, address: address, breaker: breaker,
            preparation: StatementPreparation(isOn: false))
        let result = await Result {
            try await threads.run { session in
                do {
                    return try work(try session.connected(by: breaker.deadline()))
                } catch let failure as PostgresFailure {
                    throw failure.storeError
                }
            }
        }
        await threads.close()
        return try result.get()
    }

    /// Checks that the database has exactly the present schema.
    static func require(in connection: Connection) throws {
        let missing = try missing(in: connection)
        if missing.isEmpty { return }
        if missing.count == steps.count {
            throw StoreError(.tooOld, "The database has no tables of Scrip's yet; make them with: scrip migrate")
        }
        throw StoreError(
            .tooOld,
            "The database lacks step \(missing[0].number) (\(missing[0].name)) of the schema that this version needs; "
                + "bring it up to date with: scrip migrate"
        )
    }

    private static func missing(in connection: Connection) throws -> [Step] {
        let found = try connection.run([
            Statement("SELECT pg_catalog.to_regclass('scrip.migrations') IS NOT NULL AS is_there"),
            Statement("SELECT pg_catalog.current_setting('server_encoding')"),
        ])
        if found[1].text(0, 0) != "UTF8" {
            throw StoreError(.unreachable, "The database's encoding is \(found[1].text(0, 0)); Scrip needs UTF8.")
        }
        if found[0].bytes(0, 0) != [1] { return steps }
        let rows = try connection.run([Statement("SELECT number FROM scrip.migrations ORDER BY number")])
        let numbers = Set(try rows[0].indices.map { try rows[0].integer($0, 0) })
        if let newest = numbers.max(), newest > PostgresMigrations.newest {
            throw StoreError(
                .tooNew,
                "The database's schema is \(newest), this version of Scrip knows \(PostgresMigrations.newest): "
                    + "it was made by a newer version; run that version instead."
            )
        }
        return steps.filter { !numbers.contains($0.number) }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}
