import ScripCore
import ScripEngine

/// Usage totals of hours, told apart by who used what; see ``UsageHours``. They are filled from the journals.
enum UsageHoursMigration {
    static let sql = """
        CREATE TABLE scrip.usage_hours (
            account_id text COLLATE pg_catalog."C" NOT NULL,
            hour integer NOT NULL,
            action text COLLATE pg_catalog."C" NOT NULL,
            credit_type text COLLATE pg_catalog."C" NOT NULL,
            user_id text COLLATE pg_catalog."C" NOT NULL,
            model text COLLATE pg_catalog."C" NOT NULL,
            provider text COLLATE pg_catalog."C" NOT NULL,
            resource_type text COLLATE pg_catalog."C" NOT NULL,
            is_beyond boolean NOT NULL,
            charged bigint NOT NULL,
            refunded bigint NOT NULL,
            count bigint NOT NULL,
            input_tokens bigint NOT NULL,
            output_tokens bigint NOT NULL,
            cost_attodollars numeric NOT NULL,
            PRIMARY KEY (account_id, hour, action, credit_type, user_id, model, provider, resource_type, is_beyond)
        );
        """

    private static let pageSize = 1_000

    /// Counts all entries of all journals.
    static func fill(in connection: Connection) throws {
        let transaction = Transaction(on: connection, begin: [])
        let reader = PostgresReader(transaction)
        var last: AccountID?
        while case let ids = try reader.accountIDs(after: last, limit: pageSize), !ids.isEmpty {
            for id in ids { try fill(id, reader, transaction) }
            last = ids.last
        }
        _ = try transaction.ask("SELECT 1")
    }

    private static func fill(_ id: AccountID, _ reader: PostgresReader, _ transaction: Transaction) throws {
        var (hours, rows) = (UsageHours(), HourRows())
        do {
            guard var state = try reader.account(id)?.state else { return }
            var seq: Int64 = 0
            while seq < state.seq, case let lines = try reader.entries(of: id, after: seq, limit: pageSize),
                let end = lines.last?.entry.seq
            {
                for line in lines {
                    var closed: [HourlyUsage] = []
                    hours.count(line.entry, closed: &closed)
                    rows.add(closed, of: id)
                }
                seq = end
            }
            state.adopt(hours)
            transaction.tell(
                Statement(
                    "UPDATE scrip.accounts SET state = $2 WHERE account_id = $1", .text(id.rawValue),
                    .text(String(decoding: StateCoding.encode(state), as: UTF8.self))))
            for statement in rows.statements { transaction.tell(statement) }
        } catch let failure as PostgresFailure {
            throw failure
        } catch {
            // One that cannot be read stays as it is, and verification tells of it.
        }
    }
}
