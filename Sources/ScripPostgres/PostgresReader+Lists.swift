import ScripCore
import ScripEngine

/// Lists whose damaged rows are set aside, if anybody wants to know of them.
extension PostgresReader {
    /// All rows of a statement.
    func list<Record>(
        _ sql: String, setAside: ((String) -> Void)?, name: (Rows, Int) throws -> String,
        record: (Rows, Int) throws -> Record
    ) throws -> [Record] {
        let rows = try transaction.ask(sql)
        return try SoundRows.list(
            limit: .max, setAside: setAside, rows: { _, _ in Array(rows.indices) },
            name: { (try? name(rows, $0)) ?? "?" }, record: { try record(rows, $0) })
    }

    /// As many rows as are wanted, the statement's first parameter.
    func list<Record>(
        limit: Int, setAside: ((String) -> Void)?, statement: (_ offset: String) -> String, _ parameters: [Parameter],
        name: (Rows, Int) throws -> String, record: (Rows, Int) throws -> Record
    ) throws -> [Record] {
        try list(
            limit: limit, setAside: setAside, statement: statement, parameters,
            naming: { (try? name($0, $1)) ?? "?" }, record: record)
    }

    /// The same with names of any kind.
    func list<Name, Record>(
        limit: Int, setAside: ((Name) -> Void)?, statement: (_ offset: String) -> String, _ parameters: [Parameter],
        naming name: (Rows, Int) -> Name, record: (Rows, Int) throws -> Record
    ) throws -> [Record] {
        try SoundRows.list(
            limit: limit, setAside: setAside,
            rows: { wanted, offset in
                let sql = statement(SoundRows.skipping(offset))
                let rows = try transaction.ask([Statement(sql, [.integer(Int64(wanted))] + parameters)])[0]
                return rows.indices.map { (rows, $0) }
            }, name: { name($0.0, $0.1) }, record: { try record($0.0, $0.1) })
    }
}
