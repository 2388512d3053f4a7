import ScripCore
import Synchronization

extension Engine {
    /// The most rows of each list that a what-if may be asked for.
    public static let mostWhatIfRows = 1_000

    /// Replays a period of one account or of all against a draft catalog and says what would have changed; writes
    /// nothing. See ``WhatIfReplay`` for what is simulated and what is left out.
    ///
    /// Lines belong to the period in which they were recorded. The draft's own models win over the price book in force.
    /// Each account is read in a transaction of its own, so that memory stays within one account's needs; accounts
    /// that change meanwhile are read as they are when their turn comes.
    /// - Parameters:
    ///   - from: when the period begins; the start of the current month in UTC if absent.
    ///   - to: the moment before which it ends; now, and the lines of this very moment too, if absent or later.
    ///   - limit: the most rows of each list of the report.
    ///   - progress: called after each account with the report so far.
    /// - Throws: ``CatalogProblem`` when the draft is refused, ``Rejection/invalid(field:rule:)`` for a period that is
    ///   none, ``Rejection/accountNotFound(_:)``.
    public func whatIf(
        document: String, from: Timestamp? = nil, to: Timestamp? = nil, account: AccountID? = nil, limit: Int = 50,
        progress: @Sendable (WhatIfReport) -> Void = { _ in }
    ) async throws -> WhatIfReport {
        let now = clock.now()
        let from = from ?? Engine.startOfMonth(now)
        let through = Timestamp(microseconds: now.microseconds + 1)
        let end = min(to ?? through, through)
        if limit < 1 || limit > Engine.mostWhatIfRows {
            throw Rejection.invalid(field: "limit", rule: "must be from 1 to \(Engine.mostWhatIfRows)")
        }
        if from >= end { throw Rejection.invalid(field: "from", rule: "must be before 'to', and not in the future") }
        let history = catalogs.history
        var draft = try CatalogDocument.parse(document)
        draft.version = history.latest.version + 1
        draft.book = history.inForce(at: now).book
        let tally = WhatIfTally(
            WhatIfReport(from: from, to: min(end, now), limit: limit), end: end, draft: draft, history: history)
        if let account {
            if try await store.read({ try $0.account(account) }) == nil { throw Rejection.accountNotFound(account) }
            try await store.read { try tally.replay(account, in: $0) }
            return tally.report
        }
        var last: AccountID?
        while true {
            let after = last
            let ids = try await store.read { try $0.accountIDs(after: after, limit: 200) }
            guard let newest = ids.last else { return tally.report }
            for id in ids {
                try Task.checkCancellation()
                try await store.read { try tally.replay(id, in: $0) }
                progress(tally.report)
            }
            last = newest
        }
    }

    private static func startOfMonth(_ moment: Timestamp) -> Timestamp {
        var month = CivilTime(moment)
        month.day = 1
        month.microsecondOfDay = 0
        return month.asUTC
    }
}

/// Replays accounts one after the other into one report.
private final class WhatIfTally: Sendable {
    private let content: Mutex<WhatIfReport>
    private let end: Timestamp
    private let draft: Catalog
    private let history: CatalogHistory

    init(_ report: WhatIfReport, end: Timestamp, draft: Catalog, history: CatalogHistory) {
        content = Mutex(report)
        self.end = end
        self.draft = draft
        self.history = history
    }

    var report: WhatIfReport { content.withLock { $0 } }

    /// Replays an account; one that was opened after the period counts for nothing.
    func replay(_ id: AccountID, in reading: any LedgerReading) throws {
        try content.withLock { report in
            let before = Timestamp(microseconds: report.from.microseconds - 1)
            let start = try reading.state(of: id, recordedBy: before)
            var replay = WhatIfReplay(id, start: start, at: report.from, history: history, draft: draft)
            let journal = DecisionContext.journal(of: id, in: reading, now: report.to, catalogs: history)
            var seq = start?.seq ?? 0
            var count: Int64 = 0
            var isOver = false
            while !isOver, case let lines = try reading.entries(of: id, after: seq, limit: 1_000), !lines.isEmpty {
                for line in lines {
                    isOver = line.entry.recordedAt >= end
                    if isOver { break }
                    if let line = replay.follow(line.entry, journal: journal) { report.add(line, of: id) }
                    (seq, count) = (line.entry.seq, count + 1)
                }
            }
            if start == nil && count == 0 { return }
            replay.finish(at: report.to)
            report.add(replay, lines: count)
        }
    }
}
