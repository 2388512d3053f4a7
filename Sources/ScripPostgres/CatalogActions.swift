import ScripCore
import ScripEngine

/// The prices of a catalog version's actions as rows, so that SQL, which cannot read the document, can read them.
enum CatalogActions {
    /// Writes the rows of one version.
    static func statement(for stored: StoredCatalog) throws -> Statement {
        let rows = try selection(for: stored)
        return Statement(
            """
            INSERT INTO scrip.catalog_actions (version, action_type, name, credit_type, rate, credits_nano,
                compute_attodollars, value_attodollars)
            \(rows.sql)
            """,
            rows.parameters)
    }

    /// How many rows of one version are missing, or should not be there.
    static func difference(for stored: StoredCatalog) throws -> Statement {
        let rows = try selection(for: stored)
        let kept = """
            SELECT version, action_type, name, credit_type, rate, credits_nano, compute_attodollars, value_attodollars
            FROM scrip.catalog_actions WHERE version = $1
            """
        return Statement(
            """
            WITH wanted AS (\(rows.sql)), kept AS (\(kept))
            SELECT (SELECT count(*) FROM (SELECT * FROM wanted EXCEPT SELECT * FROM kept) AS missing)
                + (SELECT count(*) FROM (SELECT * FROM kept EXCEPT SELECT * FROM wanted) AS strays)
            """,
            rows.parameters)
    }

    /// Gives the rows of one version.
    private static func selection(for stored: StoredCatalog) throws -> Statement {
        let catalog = try CatalogDocument.catalog(of: stored)
        let actions = catalog.actions.values.sorted { $0.id < $1.id }
        var kinds: [String] = []
        var credits: [Int64?] = []
        var costs: [String?] = []
        var values: [String?] = []
        for action in actions {
            var (amount, cost): (Credits?, Dollars?)
            switch action.rate {
            case .fixed(let credits): (kinds, amount) = (kinds + ["fixed"], credits)
            case .perTokens(_, let credits, _): (kinds, amount) = (kinds + ["per_tokens"], credits)
            case .perUnit(_, let credits, _): (kinds, amount) = (kinds + ["per_unit"], credits)
            case .compute(let dollars, _, _): (kinds, cost) = (kinds + ["compute"], dollars)
            case .modelTokens: kinds.append("model_tokens")
            case .reportedCost: kinds.append("reported_cost")
            }
            credits.append(amount?.nanocredits)
            costs.append(cost?.attodollars.description)
            values.append(catalog.creditTypes[action.creditType]?.dollarValue?.attodollars.description)
        }
        return Statement(
            """
            SELECT $1::bigint AS version, action_type, name, credit_type, rate, credits_nano, cost::numeric AS compute_attodollars,
                value::numeric AS value_attodollars
            FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[])
                AS new (action_type, name, credit_type, rate, credits_nano, cost, value)
            """,
            .integer(stored.version), .texts(actions.map(\.id.rawValue)), .texts(actions.map(\.name)),
            .texts(actions.map(\.creditType.rawValue)), .texts(kinds), .integers(credits), .texts(costs),
            .texts(values)
        )
    }

    /// Writes the rows of versions that were there before SQL could read them.
    static func writeMissing(in connection: Connection) throws {
        let rows = try connection.run([
            Statement(
                """
                SELECT version, effective_at, recorded_at, document FROM scrip.catalogs c
                WHERE NOT EXISTS (SELECT FROM scrip.catalog_actions a WHERE a.version = c.version)
                ORDER BY version
                """)
        ])[0]
        for row in rows.indices {
            let stored = StoredCatalog(
                version: try rows.integer(row, 0),
                effectiveAt: try rows.time(row, 1),
                recordedAt: try rows.time(row, 2), actor: nil,
                document: rows.text(row, 3))
            _ = try connection.run([try statement(for: stored)])
        }
    }
}
