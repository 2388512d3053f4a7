import ScripCore
import ScripEngine

/// What is written in the place of what is erased. The account is locked.
extension PostgresWriter {
    func replace(_ lines: [SealedEntry], of account: AccountID) throws {
        if lines.isEmpty { return }
        transaction.tell(
            Statement(
                """
                UPDATE scrip.entries SET hash = new.hash, body = new.body
                FROM unnest($2::bigint[], $3::bytea[], $4::text[]) AS new (seq, hash, body)
                WHERE account_id = $1 AND entries.seq = new.seq
                """,
                .text(account.rawValue), .integers(lines.map(\.entry.seq)), .blobs(lines.map(\.digest.bytes)),
                .encodedTexts(lines.map(\.encoded))))
    }

    func replace(_ snapshots: [StoredSnapshot], of account: AccountID) throws {
        if snapshots.isEmpty { return }
        transaction.tell(
            Statement(
                """
                UPDATE scrip.snapshots SET state = new.state
                FROM unnest($2::bigint[], $3::text[]) AS new (seq, state)
                WHERE account_id = $1 AND snapshots.seq = new.seq
                """,
                .text(account.rawValue), .integers(snapshots.map(\.seq)),
                .encodedTexts(snapshots.map { StateCoding.encode($0.state) })))
    }

    /// The row is written with the entry that says that the account was erased.
    func replace(_ state: AccountState, hours: [HourlyUsage]) throws {
        known[state.id]??.account.state = state
        transaction.tell(Statement("DELETE FROM scrip.usage_hours WHERE account_id = $1", .text(state.id.rawValue)))
        var rows = HourRows()
        rows.add(hours, of: state.id)
        for statement in rows.statements { transaction.tell(statement) }
    }

    func replace(_ records: [StoredAuditRecord], of chain: AuditChain) throws {
        guard let last = records.last else { return }
        transaction.tell(
            Statement(
                """
                UPDATE scrip.audit_records SET body = new.body, hash = new.hash
                FROM unnest($2::bigint[], $3::bytea[], $4::bytea[]) AS new (seq, body, hash)
                WHERE chain = $1 AND audit_records.seq = new.seq
                """,
                .text(chain.name), .integers(records.map(\.seq)), .blobs(records.map(\.body)),
                .blobs(records.map(\.digest.bytes))))
        if (heads[chain] ?? nil)?.seq == last.seq {
            heads[chain] = AuditHead(seq: last.seq, digest: last.digest)
        }
    }
}
