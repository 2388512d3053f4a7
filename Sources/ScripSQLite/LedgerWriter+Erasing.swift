import Foundation
import GRDB
import ScripCore
import ScripEngine

/// What is written in the place of what is erased. Zeros are written over what was there, so that it does not stay in
/// pages that nobody uses.
extension LedgerWriter {
    func replace(_ lines: [SealedEntry], of account: AccountID) throws {
        guard let first = lines.first?.entry.seq, let last = lines.last?.entry.seq else { return }
        let places = try self.lines(of: account, from: first, through: last)
        if places.map(\.seq) != lines.map(\.entry.seq) {
            throw StoreError(.damaged, "Lines of the account '\(account)' are missing.")
        }
        try overwriting {
            for (place, line) in zip(places, lines) {
                try execute(
                    "UPDATE entries SET hash = ?, body = ? WHERE position = ?",
                    [Data(line.digest.bytes), Data(line.encoded), place.position])
            }
        }
    }

    func replace(_ snapshots: [StoredSnapshot], of account: AccountID) throws {
        try overwriting {
            for snapshot in snapshots {
                try execute(
                    "UPDATE segments SET state = ? WHERE account_id = ? AND last_seq = ?",
                    [Data(StateCoding.encode(snapshot.state)), account.rawValue, snapshot.seq])
            }
        }
    }

    func replace(_ state: AccountState, hours: [HourlyUsage]) throws {
        guard var account = try cached(state.id) else { return }
        account.stored.state = state
        // The row must not be behind: its digest is of the chain as it was.
        try overwriting {
            try flush(account)
            try replaceHours(of: state.id, by: hours)
        }
    }

    func replace(_ records: [StoredAuditRecord], of chain: AuditChain) throws {
        try overwriting {
            for record in records {
                try execute(
                    "UPDATE audit_records SET body = ?, hash = ? WHERE chain = ? AND seq = ?",
                    [Data(record.body), Data(record.digest.bytes), chain.name, record.seq])
            }
        }
        guard let last = records.last else { return }
        try execute(
            "UPDATE audit_heads SET hash = ? WHERE chain = ? AND seq = ?",
            [Data(last.digest.bytes), chain.name, last.seq])
    }
}
