import Foundation
import GRDB
import ScripCore
import ScripEngine

extension LedgerReader {
    func auditHead(of chain: AuditChain) throws -> AuditHead? {
        guard let row = try row("SELECT seq, hash FROM audit_heads WHERE chain = ?", [chain.name]) else { return nil }
        return AuditHead(seq: try row[0], digest: try LedgerReader.auditDigest(try row[1]))
    }

    func auditChains(after chain: AuditChain?, limit: Int) throws -> [AuditChain] {
        // The chain of what concerns no account has an empty name, which comes first.
        let condition = chain == nil ? "chain >= ?1" : "chain > ?1"
        let sql = """
            SELECT chain FROM audit_heads WHERE \(condition)
            UNION SELECT chain FROM audit_records WHERE \(condition) ORDER BY chain LIMIT ?2
            """
        return try rows(sql, [chain?.name ?? "", limit]).map { AuditChain(name: try $0[0]) }
    }

    func auditRecords(of chain: AuditChain, after seq: Int64, limit: Int) throws -> [StoredAuditRecord] {
        try rows(
            "SELECT \(LedgerReader.auditColumns) FROM audit_records WHERE chain = ? AND seq > ? ORDER BY seq LIMIT ?",
            [chain.name, seq, limit]
        ).map(LedgerReader.auditRecord)
    }

    func auditRecords(_ query: AuditQuery, setAside: ((String) -> Void)?) throws -> [StoredAuditRecord] {
        var conditions: [String] = []
        var arguments: [(any DatabaseValueConvertible)?] = []
        func require(_ condition: String, _ values: any DatabaseValueConvertible...) {
            conditions.append(condition)
            arguments += values
        }
        if let account = query.account { require("chain = ?", account.rawValue) }
        if let actor = query.actor { require("actor = ?", actor) }
        if let action = query.action { require("action = ?", action.rawValue) }
        if let from = query.from { require("recorded_at >= ?", from.microseconds) }
        if let to = query.to { require("recorded_at < ?", to.microseconds) }
        if let place = query.before {
            require("(recorded_at, chain, seq) < (?, ?, ?)", place.recordedAt.microseconds, place.chain.name, place.seq)
        }
        let condition = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        let sql = """
            SELECT \(LedgerReader.auditColumns) FROM audit_records \(condition)
            ORDER BY recorded_at DESC, chain DESC, seq DESC LIMIT ?
            """
        return try list(
            sql, StatementArguments(arguments), limit: query.limit, setAside: setAside,
            name: { AuditChain(name: try $0[0]).place(of: try $0[1]) },
            record: { row in
                let record = try LedgerReader.auditRecord(row)
                if setAside != nil { _ = try record.record() }
                return record
            })
    }

    private static let auditColumns = "chain, seq, recorded_at, action, actor, body, hash"

    private static func auditRecord(_ row: LedgerRow) throws -> StoredAuditRecord {
        StoredAuditRecord(
            chain: AuditChain(name: try row[0]), seq: try row[1], recordedAt: try row.time(2),
            action: try row[3],
            actor: try row[4], body: [UInt8](try row[5] as Data), digest: try auditDigest(row[6])
        )
    }

    private static func auditDigest(_ bytes: Data) throws -> Digest {
        guard let digest = Digest(bytes: bytes) else {
            throw StoreError(.damaged, "An audit record's digest is damaged.")
        }
        return digest
    }
}

extension LedgerWriter {
    func append(_ record: StoredAuditRecord) throws {
        try execute(
            """
            INSERT INTO audit_records (chain, seq, recorded_at, action, actor, body, hash) VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                record.chain.name, record.seq, record.recordedAt.microseconds, record.action, record.actor,
                Data(record.body), Data(record.digest.bytes),
            ]
        )
        try execute(
            "INSERT OR REPLACE INTO audit_heads (chain, seq, hash) VALUES (?, ?, ?)",
            [record.chain.name, record.seq, Data(record.digest.bytes)]
        )
    }
}
