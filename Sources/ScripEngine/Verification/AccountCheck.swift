import ScripCore

/// One account recomputed from its journal.
struct AccountCheck {
    /// How many snapshots are read at a time.
    private static let pageSize = 32

    private(set) var count = 0
    private(set) var differences: [Verification.Difference] = []
    private let id: AccountID
    private let reading: any LedgerReading
    private var state: AccountState
    private var totals: [String: UsageTotals] = [:]
    private var hours = HourlyUsageSums()
    private var snapshots: [StoredSnapshot] = []
    private var lastSnapshot: Int64 = 0

    private init(_ id: AccountID, _ reading: any LedgerReading) {
        self.id = id
        self.reading = reading
        state = AccountState(id: id)
    }

    /// Recomputes an account.
    static func run(
        _ id: AccountID, in reading: any LedgerReading
    ) throws -> (count: Int, differences: [Verification.Difference]) {
        var check = AccountCheck(id, reading)
        do {
            try check.replay()
            try check.compare()
        } catch let mismatch as ReplayMismatch {
            check.note(mismatch.seq, mismatch.description)
        } catch let problem where Verification.isDamage(problem) {
            check.note(check.state.seq + 1, "\(problem)")
        }
        return (check.count, check.differences)
    }

    private mutating func note(_ seq: Int64?, _ description: String) {
        differences.append(Verification.Difference(account: id, seq: seq, description: description))
    }

    private mutating func replay() throws {
        try nextSnapshots()
        while case let lines = try reading.entries(of: id, after: state.seq, limit: 1_000), !lines.isEmpty {
            for line in lines {
                if try EntryCoding.decode(line.encoded) != line.entry {
                    throw ReplayMismatch(seq: line.entry.seq, description: "the line is damaged")
                }
                try state.replay(line)
                hours.add(state.closedHours)
                add(state.takeClosedUsage())
                count += 1
                if let difference = try PurchaseCheck.difference(line.entry, of: id, in: reading) {
                    note(line.entry.seq, difference)
                }
                if let subject = line.entry.subject { try find(line.entry.seq, about: subject) }
                if snapshots.first?.seq == state.seq { try compareSnapshot() }
            }
        }
    }

    private mutating func find(_ seq: Int64, about subject: Int64) throws {
        let latest = try reading.latestEntry(about: subject, of: id)?.entry
        if let latest, latest.seq >= seq, latest.subject == subject { return }
        note(seq, "the line is not found by the line \(subject) that it is about")
    }

    private mutating func nextSnapshots() throws {
        snapshots = try reading.snapshots(of: id, after: lastSnapshot, limit: AccountCheck.pageSize)
        if let last = snapshots.last?.seq, last > lastSnapshot { lastSnapshot = last } else { snapshots = [] }
    }

    private mutating func compareSnapshot() throws {
        var kept = snapshots.removeFirst()
        _ = kept.state.takeClosedUsage()
        // Versions that did not count by the hour kept snapshots, too.
        if kept.state.usageHours == nil { kept.state.adopt(state.usageHours) }
        if kept.state != state || kept.recordedAt != state.lastRecordedAt {
            note(state.seq, "the snapshot after this line differs from the journal")
        }
        if snapshots.isEmpty { try nextSnapshots() }
    }

    private mutating func compare() throws {
        guard let kept = try reading.account(id)?.state else {
            count = 0
            return
        }
        if let stray = snapshots.first {
            note(stray.seq, "there is a snapshot after this line, but the journal has not come to it in order")
        }
        differences += Verification.compare(kept, with: state)
        add(state.usageDay.rows)
        let replayed = totals.sorted { $0.key < $1.key }.map(\.value)
        let stored = Verification.sorted(try reading.usage(of: id, from: .min, through: .max))
        if replayed != stored { note(nil, "the usage totals differ from the journal") }
        hours.add(state.usageHours?.rows ?? [])
        var keptHours = HourlyUsageSums()
        keptHours.add(try reading.hourlyUsage(of: id, from: .min, through: .max))
        if hours.rows != keptHours.rows { note(nil, "the hourly usage totals differ from the journal") }
    }

    private mutating func add(_ rows: [UsageTotals]) {
        for row in rows {
            let key = Verification.key(of: row)
            totals[key] = totals[key]?.adding(row) ?? row
        }
    }
}

extension Verification {
    fileprivate static func compare(_ kept: AccountState, with replayed: AccountState) -> [Difference] {
        var kept = kept
        _ = kept.takeClosedUsage()
        if kept == replayed { return [] }
        let what: String
        if kept.seq != replayed.seq {
            what = "the snapshot is at line \(kept.seq), the journal ends at line \(replayed.seq)"
        } else if kept.lastDigest != replayed.lastDigest {
            what = "the snapshot's digest differs from the journal's last line"
        } else if kept.typeBalances != replayed.typeBalances {
            what = "the snapshot's balances differ from the journal"
        } else {
            what = "the snapshot differs from the journal"
        }
        return [Difference(account: kept.id, seq: replayed.seq, description: what)]
    }

    fileprivate static func key(of row: UsageTotals) -> String { "\(row.day) \(row.creditType) \(row.action)" }

    fileprivate static func sorted(_ rows: [UsageTotals]) -> [UsageTotals] {
        var sums: [String: UsageTotals] = [:]
        for row in rows {
            let key = key(of: row)
            sums[key] = sums[key]?.adding(row) ?? row
        }
        return sums.sorted { $0.key < $1.key }.map(\.value)
    }
}
