import ScripCore
import ScripEngine

extension PostgresReader {
    func auditHead(of chain: AuditChain, lock: String) throws -> AuditHead? {
        let rows = try transaction.ask(
            "SELECT seq, hash FROM scrip.audit_heads WHERE chain = $1 \(lock)", .text(chain.name))
        return try rows.indices.first.map { row in
            AuditHead(seq: try rows.integer(row, 0), digest: try PostgresReader.auditDigest(rows.bytes(row, 1)))
        }
    }

    func auditChains(after chain: AuditChain?, limit: Int) throws -> [AuditChain] {
        // The chain of what concerns no account has an empty name, which comes first. The chains of records are found
        // by hopping from one to the next in their index.
        let comparison = chain == nil ? ">=" : ">"
        let rows = try transaction.ask(
            """
            WITH RECURSIVE recorded (chain) AS (
                (SELECT chain FROM scrip.audit_records WHERE chain \(comparison) $1 ORDER BY chain LIMIT 1)
                UNION ALL
                SELECT next.chain FROM recorded CROSS JOIN LATERAL (
                    SELECT chain FROM scrip.audit_records WHERE chain > recorded.chain ORDER BY chain LIMIT 1
                ) AS next
            )
            (SELECT chain FROM scrip.audit_heads WHERE chain \(comparison) $1 ORDER BY chain LIMIT $2)
            UNION (SELECT chain FROM recorded LIMIT $2) ORDER BY chain LIMIT $2
            """,
            .text(chain?.name ?? ""), .integer(Int64(limit))
        )
        return rows.indices.map { AuditChain(name: rows.text($0, 0)) }
    }

    func auditRecords(of chain: AuditChain, after seq: Int64, limit: Int) throws -> [StoredAuditRecord] {
        let rows = try transaction.ask(
            """
            SELECT \(PostgresReader.auditColumns) FROM scrip.audit_records
            WHERE chain = $1 AND seq > $2 ORDER BY seq LIMIT $3
            """,
            .text(chain.name), .integer(seq), .integer(Int64(limit))
        )
        return try rows.indices.map { try PostgresReader.auditRecord(rows, $0) }
    }

    func auditRecords(_ query: AuditQuery, setAside: ((String) -> Void)?) throws -> [StoredAuditRecord] {
        var parameters: [Parameter] = []
        var conditions: [String] = []
        func require(_ condition: String, _ values: Parameter...) {
            let places = values.indices.map { "$\(parameters.count + 2 + $0)" }.joined(separator: ", ")
            parameters += values
            conditions.append(condition.replacing("?", with: places))
        }
        if let account = query.account { require("chain = ?", .text(account.rawValue)) }
        if let actor = query.actor { require("actor = ?", .text(actor)) }
        if let action = query.action { require("action = ?", .text(action.rawValue)) }
        if let from = query.from { require("recorded_at >= ?", .integer(from.microseconds)) }
        if let to = query.to { require("recorded_at < ?", .integer(to.microseconds)) }
        if let place = query.before {
            require(
                "(recorded_at, chain, seq) < (?)", .integer(place.recordedAt.microseconds), .text(place.chain.name),
                .integer(place.seq))
        }
        let condition = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        return try list(
            limit: query.limit, setAside: setAside,
            statement: { offset in
                """
                SELECT \(PostgresReader.auditColumns) FROM scrip.audit_records \(condition)
                ORDER BY recorded_at DESC, chain DESC, seq DESC LIMIT $1\(offset)
                """
            }, parameters, name: { AuditChain(name: $0.text($1, 0)).place(of: try $0.integer($1, 1)) },
            record: { rows, row in
                let record = try PostgresReader.auditRecord(rows, row)
                if setAside != nil { _ = try record.record() }
                return record
            })
    }

    private static let auditColumns = "chain, seq, recorded_at, action, actor, body, hash"

    private static func auditRecord(_ rows: Rows, _ row: Int) throws -> StoredAuditRecord {
        StoredAuditRecord(
            chain: AuditChain(name: rows.text(row, 0)), seq: try rows.integer(row, 1),
            recordedAt: try rows.time(row, 2), action: rows.text(row, 3),
            actor: rows.optionalText(row, 4), body: rows.bytes(row, 5),
            digest: try auditDigest(rows.bytes(row, 6))
        )
    }

    private static func auditDigest(_ bytes: [UInt8]) throws -> Digest {
        guard let digest = Digest(bytes: bytes) else {
            throw StoreError(.damaged, "An audit record's digest is damaged.")
        }
        return digest
    }
}
