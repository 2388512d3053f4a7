import ScripCore
import ScripEngine

/// Whether indexes have what tables have.
extension PostgresReader {
    private struct Index {
        var name: String
        var table: String
        var columns: String
        var condition: String
        var isUnique: Bool
        var number: Int64

        var remedy: String { "run REINDEX INDEX \(name), and then: scrip verify" }
    }

    private func indexes() throws -> [Index] {
        let rows = try transaction.ask(
            """
            SELECT format('%I.%I', n.nspname, c.relname), format('%I.%I', n.nspname, t.relname),
                (SELECT string_agg(pg_get_indexdef(i.indexrelid, k, true), ', ' ORDER BY k)
                    FROM generate_series(1, i.indnkeyatts::integer) AS k),
                coalesce(pg_get_expr(i.indpred, i.indrelid), 'true'), i.indisunique::integer::bigint, c.oid::bigint
            FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
            JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
            JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
            WHERE n.nspname = 'scrip' AND t.relkind = 'r' ORDER BY 1
            """)
        return try rows.indices.map { row in
            Index(
                name: rows.text(row, 0), table: rows.text(row, 1), columns: rows.text(row, 2),
                condition: rows.text(row, 3), isUnique: try rows.integer(row, 4) == 1,
                number: try rows.integer(row, 5))
        }
    }

    private func plan(withIndexes: Bool) throws {
        let (table, index) = withIndexes ? ("off", "on") : ("on", "off")
        _ = try transaction.ask(
            """
            SELECT set_config('enable_seqscan', $1, true), set_config('enable_sort', $1, true),
                set_config('enable_incremental_sort', 'off', true), set_config('jit', 'off', true),
                set_config('enable_bitmapscan', 'off', true), set_config('enable_indexscan', $2, true),
                set_config('enable_indexonlyscan', $2, true)
            """,
            .text(table), .text(index))
    }

    /// Reads each table once by itself and once through each index; both must give the same.
    func checkIndexes(_ report: Report) throws {
        for index in try indexes() {
            let sql = """
                SELECT count(*), coalesce(sum(hashtextextended(ROW(x.*)::text, 0)::numeric), 0)::text
                FROM (SELECT \(index.columns) FROM ONLY \(index.table) WHERE \(index.condition)
                    ORDER BY \(index.columns)) AS x
                """
            // Two texts, as the server keeps the plan of a statement that it has seen before.
            try plan(withIndexes: true)
            let found = try transaction.ask("\(sql) /* by the index */")
            try plan(withIndexes: false)
            let kept = try transaction.ask("\(sql) /* by the table */")
            if try found.integer(0, 0) == kept.integer(0, 0) && found.text(0, 1) == kept.text(0, 1) { continue }
            report(
                PostgresReader.finding(
                    index.table, index.name,
                    "the index leads to \(try found.integer(0, 0)) rows, the table has \(try kept.integer(0, 0))",
                    remedy: index.remedy))
        }
    }

    /// What is unique must not stand twice, even if the index that forbids it is damaged.
    func checkDoubles(_ report: Report) throws {
        try plan(withIndexes: false)
        for index in try indexes() where index.isUnique {
            let rows = try transaction.ask(
                """
                SELECT ROW(x.*)::text FROM (SELECT \(index.columns) FROM ONLY \(index.table)
                    WHERE \(index.condition)) AS x
                WHERE x IS NOT NULL GROUP BY ROW(x.*)::text HAVING count(*) > 1 LIMIT 20
                """)
            for row in rows.indices {
                report(
                    PostgresReader.finding(
                        index.table, rows.text(row, 0), "it stands twice, which \(index.name) should not allow"))
            }
        }
    }

    /// What PostgreSQL has counted of pages whose checksums were wrong, where it keeps checksums.
    func checkSums(_ report: Report) throws {
        let rows = try transaction.ask(
            """
            SELECT coalesce(checksum_failures, 0) FROM pg_catalog.pg_stat_database
            WHERE datname = pg_catalog.current_database()
            """)
        guard let failures = try rows.indices.first.map({ try rows.integer($0, 0) }), failures > 0 else { return }
        report(
            PostgresReader.finding(
                nil, nil, "PostgreSQL has read \(failures) pages with a wrong checksum",
                remedy: "check the disk, and restore the database from a backup"))
    }

    /// PostgreSQL's own check of indexes, where somebody has installed it.
    func checkTrees(_ report: Report) throws {
        let found = try transaction.ask(
            """
            SELECT format('%I.bt_index_check', n.nspname)
            FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
            JOIN pg_catalog.pg_proc p ON p.pronamespace = n.oid AND p.proname = 'bt_index_check' AND p.pronargs >= 2
            WHERE e.extname = 'amcheck' AND has_function_privilege(p.oid, 'EXECUTE')
            LIMIT 1
            """)
        guard let check = found.indices.first.map({ found.text($0, 0) }) else { return }
        for index in try indexes() {
            _ = try transaction.ask("SELECT \(check)($1::oid::regclass, true)", .integer(index.number))
        }
    }
}
