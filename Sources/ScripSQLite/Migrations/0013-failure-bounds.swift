import Foundation
import GRDB
import ScripCore
import ScripEngine

/// What is kept of events that cannot be recorded is bounded, and says what came; quotas and retention find by indexes.
enum Migration0013 {
    static let sql = """
        ALTER TABLE tracking_failures ADD COLUMN event_bytes INTEGER;
        ALTER TABLE tracking_failures ADD COLUMN event_digest BLOB;
        ALTER TABLE tracking_failures ADD COLUMN action TEXT;
        ALTER TABLE tracking_failures ADD COLUMN sender TEXT;
        CREATE INDEX tracking_failures_open_account ON tracking_failures (account_id)
            WHERE status = 'open' AND format <> 'entry' AND account_id IS NOT NULL;
        CREATE INDEX tracking_failures_open_sender ON tracking_failures (sender)
            WHERE status = 'open' AND format <> 'entry' AND sender IS NOT NULL;
        CREATE INDEX tracking_failures_attempt ON tracking_failures (status, last_attempt_at);
        """

    /// Cuts what earlier versions kept beyond the bounds. A record that is not as it was sealed stays found as such.
    static func boundEarlierFailures(in database: Database) throws {
        let numbers = try Int64.fetchAll(
            database,
            sql: """
                SELECT number FROM tracking_failures
                WHERE length(CAST(event AS BLOB)) > \(TrackingFailure.maxEventBytes)
                    OR length(CAST(detail AS BLOB)) > \(TrackingFailure.maxDetailBytes)
                    OR length(CAST(event_id AS BLOB)) > \(TrackingFailure.maxNameBytes)
                    OR length(CAST(account_id AS BLOB)) > \(TrackingFailure.maxNameBytes)
                """)
        for number in numbers {
            let found = try Row.fetchOne(
                database, sql: "SELECT * FROM tracking_failures WHERE number = ?", arguments: [number])
            guard let row = found.map({ LedgerRow($0) }), let bounded = try? LedgerReader.trackingFailure(row) else {
                continue
            }
            var earlier = bounded
            (earlier.event, earlier.detail, earlier.whole) = (try row["event"], try row["detail"], nil)
            (earlier.eventID, earlier.account) = (try row["event_id"], try row["account_id"])
            try database.execute(
                sql: """
                    UPDATE tracking_failures SET event = ?, detail = ?, event_id = ?, account_id = ?, event_bytes = ?,
                        event_digest = ? WHERE number = ?
                    """,
                arguments: [
                    bounded.event, bounded.detail, bounded.eventID, bounded.account, bounded.whole?.byteCount,
                    bounded.whole.map { Data($0.digest.bytes) }, number,
                ])
            try database.execute(
                sql: "UPDATE record_seals SET digest = ? WHERE kind = ? AND id = ? AND digest = ?",
                arguments: [
                    Data(RecordSeal.trackingFailure(bounded).digest.bytes), RecordSeal.Kind.trackingFailure.rawValue,
                    bounded.id, Data(RecordSeal.trackingFailure(earlier).digest.bytes),
                ])
        }
    }
}
