import ScripCore
import ScripEngine

/// The end of each chain of audit records.
extension PostgresWriter {
    func append(_ record: StoredAuditRecord) throws {
        transaction.tell(
            Statement(
                """
                INSERT INTO scrip.audit_records (chain, seq, recorded_at, action, actor, body, hash)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                """,
                .text(record.chain.name), .integer(record.seq), .integer(record.recordedAt.microseconds),
                .text(record.action), .text(record.actor), .bytes(record.body), .bytes(record.digest.bytes)
            )
        )
        transaction.tell(
            Statement(
                """
                INSERT INTO scrip.audit_heads (chain, seq, hash) VALUES ($1, $2, $3)
                ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, hash = excluded.hash
                """,
                .text(record.chain.name), .integer(record.seq), .bytes(record.digest.bytes)
            )
        )
        mark.record = mark.record ?? record
        heads[record.chain] = AuditHead(seq: record.seq, digest: record.digest)
    }
}
