import ScripCore
import Synchronization

/// A what-if's way through accounts, which goes into one reading transaction after another.
final class WhatIfWalk: Sendable {
    /// How many lines one transaction reads.
    static let pageLines = 1_000

    private struct Content {
        var report: WhatIfReport
        var spent: Int64 = 0
        var open: Open?
    }

    /// The account that is being replayed.
    private struct Open {
        var replay: WhatIfReplay
        var seq: Int64
        var count: Int64 = 0
        var existed: Bool
    }

    private let content: Mutex<Content>
    private let end: Timestamp
    private let draft: Catalog
    private let history: CatalogHistory
    private let mostLines: Int64?

    init(report: WhatIfReport, end: Timestamp, draft: Catalog, history: CatalogHistory, mostLines: Int64?) {
        content = Mutex(Content(report: report))
        self.end = end
        self.draft = draft
        self.history = history
        self.mostLines = mostLines
    }

    /// The report so far.
    var report: WhatIfReport { content.withLock { $0.report } }

    /// Whether no further account may be begun.
    var isSpent: Bool { content.withLock { $0.spent >= mostLines ?? .max } }

    /// Says where the report leaves off.
    func stop(after account: AccountID?) { content.withLock { $0.report.nextAfter = account } }

    /// Follows the next page of an account's journal; says whether there is more. An account that was opened after the
    /// period counts for nothing.
    /// - Throws: ``Rejection/invalid(field:rule:)`` for an account with too many lines.
    func readPage(of id: AccountID, in reading: any LedgerReading) throws -> Bool {
        try content.withLock { content in
            var open = try content.open.take() ?? begin(id, from: content.report.from, in: reading)
            let lookup = JournalLookup(of: id, in: reading)
            let journal = lookup.context(now: content.report.to, catalogs: history)
            let lines = try reading.entries(of: id, after: open.seq, limit: WhatIfWalk.pageLines)
            var isOver = lines.count < WhatIfWalk.pageLines
            for sealed in lines {
                if sealed.entry.recordedAt >= end {
                    isOver = true
                    break
                }
                if let line = open.replay.follow(sealed.entry, journal: journal) { content.report.add(line, of: id) }
                (open.seq, open.count) = (sealed.entry.seq, open.count + 1)
                content.report.add(lines: 1)
            }
            try lookup.requireNoFailure()
            if let mostLines, open.count > mostLines {
                throw Rejection.invalid(
                    field: "from", rule: "begins a period with more than \(mostLines) lines of account '\(id)'")
            }
            if !isOver {
                content.open = open
                return true
            }
            content.spent += open.count + 1
            if !open.existed && open.count == 0 { return false }
            open.replay.finish(at: content.report.to)
            content.report.add(open.replay)
            return false
        }
    }

    private func begin(_ id: AccountID, from: Timestamp, in reading: any LedgerReading) throws -> Open {
        let before = Timestamp(microseconds: from.microseconds - 1)
        let start = try reading.state(of: id, recordedBy: before)
        let replay = WhatIfReplay(id, start: start, at: from, history: history, draft: draft)
        return Open(replay: replay, seq: start?.seq ?? 0, existed: start != nil)
    }
}
