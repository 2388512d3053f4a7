import ScripEngine

extension PostgresMigrations {
    /// The indexes without which something that must stand once could stand twice.
    package static let uniqueIndexes: Set<String> = [
        "accounts_pkey", "api_keys_digest_key", "api_keys_pkey", "audit_heads_pkey", "audit_records_pkey",
        "billing_profiles_pkey", "catalog_actions_pkey", "catalogs_pkey", "denials_pkey", "entries_key", "entries_pkey",
        "inbox_pkey",
        "inbox_request_id_key", "issuers_pkey", "jobs_pkey", "price_books_pkey", "provider_events_pkey",
        "purchase_references_pkey", "purchases_pkey", "record_seals_pkey", "signing_keys_pkey", "snapshots_pkey",
        "tracking_failures_number", "tracking_failures_pkey", "usage_hours_pkey", "usage_totals_pkey",
    ]
}

/// Whether the tables are guarded as they should be, and nothing else happens when they are written.
extension PostgresReader {
    func checkObjects(_ report: Report) throws {
        let kept = try transaction.ask(
            """
            SELECT c.relname FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
            WHERE c.relnamespace = 'scrip'::pg_catalog.regnamespace AND i.indisunique AND i.indisvalid
            """)
        let missing = PostgresMigrations.uniqueIndexes.subtracting(kept.indices.map { kept.text($0, 0) })
        for name in missing.sorted() {
            report(
                PostgresReader.finding(
                    nil, "scrip.\(name)",
                    "the index that keeps rows from standing twice is not there, or is no such index",
                    remedy: "make it again as the step of the schema does that made it, and then: scrip verify"))
        }
        let strays = try transaction.ask(
            """
            SELECT c.relname, 'trigger ' || t.tgname FROM pg_catalog.pg_trigger t
            JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
            WHERE c.relnamespace = 'scrip'::pg_catalog.regnamespace AND c.relkind IN ('r', 'p') AND NOT t.tgisinternal
            UNION ALL
            SELECT c.relname, 'rule ' || r.rulename FROM pg_catalog.pg_rewrite r
            JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
            WHERE c.relnamespace = 'scrip'::pg_catalog.regnamespace AND c.relkind IN ('r', 'p')
            UNION ALL
            SELECT c.relname, 'policy ' || p.polname FROM pg_catalog.pg_policy p
            JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
            WHERE c.relnamespace = 'scrip'::pg_catalog.regnamespace
            ORDER BY 1, 2
            """)
        for row in strays.indices {
            report(
                PostgresReader.finding(
                    strays.text(row, 0), strays.text(row, 1), "the table has something that Scrip did not make",
                    remedy: "drop it, and find out what it did"))
        }
    }
}
