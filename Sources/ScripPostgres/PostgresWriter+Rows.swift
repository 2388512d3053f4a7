import ScripCore
import ScripEngine

/// Accounts to be written, column by column, so that one statement writes them all.
struct AccountRows {
    /// How many entries of a journal lie between two of its snapshots, unless one batch writes more.
    static let snapshotInterval: Int64 = 64

    private struct Columns {
        var ids: [String] = []
        var seqs: [Int64?] = []
        var times: [Int64?] = []
        var states: [[UInt8]] = []

        mutating func add(_ id: AccountID, _ seq: Int64, _ time: Int64?, _ state: [UInt8]) {
            ids.append(id.rawValue)
            seqs.append(seq)
            times.append(time)
            states.append(state)
        }

        var parameters: [Parameter] { [.texts(ids), .integers(seqs), .integers(times), .encodedTexts(states)] }
    }

    private let batch: Int64
    private var opened = Columns()
    private var changed = Columns()
    private var expectedBatch: [Int64?] = []
    private var snapshots = Columns()

    /// - Parameter batch: the attempt that writes them.
    init(batch: Int64) {
        self.batch = batch
    }

    /// - Parameters:
    ///   - expectedBatch: the attempt that wrote the account before, which must be found in its row; `nil` for a new
    ///     account.
    ///   - firstSeq: the number of the first entry that brought the account to this state.
    /// - Returns: how many bytes it takes.
    mutating func add(_ state: AccountState, after expectedBatch: Int64?, firstSeq: Int64) -> Int {
        let encoded = StateCoding.encode(state)
        let dueAt = state.nextEventTime?.microseconds
        if let expectedBatch {
            changed.add(state.id, state.seq, dueAt, encoded)
            self.expectedBatch.append(expectedBatch)
        } else {
            opened.add(state.id, state.seq, dueAt, encoded)
        }
        if (firstSeq - 1) / AccountRows.snapshotInterval != state.seq / AccountRows.snapshotInterval {
            snapshots.add(state.id, state.seq, state.lastRecordedAt.microseconds, encoded)
        }
        return encoded.count
    }

    var statements: [Statement] {
        var statements: [Statement] = []
        if !opened.ids.isEmpty {
            statements.append(
                Statement(
                    """
                    INSERT INTO scrip.accounts (account_id, seq, due_at, state, batch)
                    SELECT *, $5 FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[])
                    """,
                    opened.parameters + [.integer(batch)]
                )
            )
        }
        if !changed.ids.isEmpty {
            statements.append(
                Statement(
                    """
                    WITH written AS (
                        UPDATE scrip.accounts
                        SET seq = new.seq, due_at = new.due_at, state = new.state, batch = $6
                        FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[])
                            AS new (id, seq, due_at, state, basis)
                        WHERE account_id = new.id AND batch = new.basis
                        RETURNING 1
                    )
                    SELECT scrip.require(count(*) = cardinality($1)) FROM written
                    """,
                    changed.parameters + [.integers(expectedBatch), .integer(batch)]
                )
            )
        }
        if !snapshots.ids.isEmpty {
            statements.append(
                Statement(
                    """
                    INSERT INTO scrip.snapshots (account_id, seq, recorded_at, state)
                    SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[])
                    """,
                    snapshots.parameters
                )
            )
        }
        return statements
    }
}

/// Entries to be written, column by column.
struct EntryRows {
    private var accounts: [String?] = []
    private var seqs: [Int64?] = []
    private var kinds: [String?] = []
    private var creditTypes: [String?] = []
    private var amounts: [Int64?] = []
    private var actions: [String?] = []
    private var subjects: [Int64?] = []
    private var effective: [Int64?] = []
    private var recorded: [Int64?] = []
    private var keys: [String?] = []
    private var owners: [String?] = []
    private var batches: [Int64?] = []
    private var digests: [[UInt8]] = []
    private var bodies: [[UInt8]] = []

    mutating func add(_ line: SealedEntry, of account: AccountID, batch: Int64) {
        let entry = line.entry
        accounts.append(account.rawValue)
        seqs.append(entry.seq)
        kinds.append(entry.kind.rawValue)
        creditTypes.append(entry.creditType?.rawValue)
        amounts.append(entry.amount.nanocredits)
        actions.append(entry.usage?.action?.rawValue)
        subjects.append(entry.subject)
        effective.append(entry.effectiveAt.microseconds)
        recorded.append(entry.recordedAt.microseconds)
        keys.append(entry.idempotencyKey?.rawValue)
        owners.append(entry.idempotencyKey?.owner.text ?? "")
        batches.append(batch)
        digests.append(line.digest.bytes)
        bodies.append(line.encoded)
    }

    var statements: [Statement] {
        if seqs.isEmpty { return [] }
        return [
            Statement(
                """
                INSERT INTO scrip.entries (account_id, seq, kind, credit_type, amount, action, subject, effective_at,
                    recorded_at, idempotency_key, key_owner, batch, hash, body)
                SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[],
                    $7::bigint[], $8::bigint[], $9::bigint[], $10::text[], $11::text[],
                    $12::bigint[], $13::bytea[], $14::text[])
                """,
                .texts(accounts), .integers(seqs), .texts(kinds), .texts(creditTypes), .integers(amounts),
                .texts(actions), .integers(subjects), .integers(effective), .integers(recorded), .texts(keys),
                .texts(owners), .integers(batches), .blobs(digests), .encodedTexts(bodies)
            )
        ]
    }
}

/// Usage totals to be added to those of earlier days, column by column.
struct UsageRows {
    private struct Key: Hashable {
        var account: AccountID
        var day: Int32
        var action: String
        var creditType: CreditTypeID
    }

    private var sums: [Key: UsageTotals] = [:]

    mutating func add(_ rows: [UsageTotals], of account: AccountID) {
        for row in rows {
            let key = Key(account: account, day: row.day, action: row.action, creditType: row.creditType)
            sums[key] = sums[key]?.adding(row) ?? row
        }
    }

    var statements: [Statement] {
        if sums.isEmpty { return [] }
        let rows = sums.sorted {
            ($0.key.account, $0.key.day, $0.key.action, $0.key.creditType)
                < ($1.key.account, $1.key.day, $1.key.action, $1.key.creditType)
        }
        let totals = rows.map(\.value)
        return [
            Statement(
                """
                INSERT INTO scrip.usage_totals AS kept (account_id, day, action, credit_type, charged, refunded, count,
                    input_tokens, output_tokens, cost_attodollars)
                SELECT id, day::integer, action, credit_type, charged, refunded, count, input, output, cost::numeric
                FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
                    $8::bigint[], $9::bigint[], $10::text[])
                    AS new (id, day, action, credit_type, charged, refunded, count, input, output, cost)
                ON CONFLICT (account_id, day, action, credit_type) DO UPDATE SET
                    charged = LEAST(kept.charged::numeric + excluded.charged, 9223372036854775807)::bigint,
                    refunded = LEAST(kept.refunded::numeric + excluded.refunded, 9223372036854775807)::bigint,
                    count = LEAST(kept.count::numeric + excluded.count, 9223372036854775807)::bigint,
                    input_tokens =
                        LEAST(kept.input_tokens::numeric + excluded.input_tokens, 9223372036854775807)::bigint,
                    output_tokens =
                        LEAST(kept.output_tokens::numeric + excluded.output_tokens, 9223372036854775807)::bigint,
                    cost_attodollars = kept.cost_attodollars + excluded.cost_attodollars
                """,
                .texts(rows.map(\.key.account.rawValue)), .integers(totals.map { Int64($0.day) }),
                .texts(totals.map(\.action)), .texts(totals.map(\.creditType.rawValue)),
                .integers(totals.map(\.charged.nanocredits)), .integers(totals.map(\.refunded.nanocredits)),
                .integers(totals.map(\.count)), .integers(totals.map(\.inputTokens)),
                .integers(totals.map(\.outputTokens)), .texts(totals.map(\.cost.attodollars.description))
            )
        ]
    }
}
