import GRDB
import ScripEngine

/// The numbered steps that bring a database to the present schema. They only go forward. From the eleventh on a step has
/// the same number and the same file name as PostgreSQL's; one that the other store alone needs is there and does nothing.
enum Migrations {
    private static let usageHours = "0015-usage-hours"

    /// All steps in order.
    static let steps: [(name: String, sql: String)] = [
        ("0001-ledger", Migration0001.sql),
        ("0002-price-books", Migration0002.sql),
        ("0003-tracking-failures", Migration0003.sql),
        ("0004-audit", Migration0004.sql),
        ("0005-purchases", Migration0005.sql),
        ("0006-nothing", Migration0006.sql),
        ("0007-access", Migration0007.sql),
        ("0008-jobs", Migration0008.sql),
        ("0009-query-indexes", Migration0009.sql),
        ("0010-signing-keys", Migration0010.sql),
        ("0011-record-seals", Migration0011.sql),
        ("0012-catalog-replacements", Migration0012.sql),
        ("0013-failure-bounds", Migration0013.sql),
        ("0014-denials", Migration0014.sql),
        (usageHours, UsageHoursMigration.sql),
        ("0016-placed-views", Migration0016.sql),
        ("0017-token-totals", Migration0017.sql),
        ("0018-filter-indexes", Migration0018.sql),
        ("0019-placed-organizations", Migration0019.sql),
    ]

    /// Runs the steps that a database lacks.
    /// - Throws: ``StoreError`` for a database made by a newer version.
    static func run(on writer: any DatabaseWriter) throws {
        var migrator = DatabaseMigrator()
        for step in steps {
            migrator.registerMigration(step.name) { database in
                try database.execute(sql: step.sql)
                if step.name == "0013-failure-bounds" { try Migration0013.boundEarlierFailures(in: database) }
                if step.name == usageHours { try UsageHoursMigration.fill(database) }
            }
        }
        let isNewer = try writer.read { try migrator.hasBeenSuperseded($0) }
        if isNewer {
            throw StoreError(.tooNew, "The database was made by a newer version of Scrip; run that version instead.")
        }
        try migrator.migrate(writer)
        if try writer.read({ try LedgerReader.hasUnsealedRecords(in: $0) }) {
            try writer.write { try LedgerReader.sealEarlierRecords(in: $0) }
        }
    }
}
