import ScripCore

/// A what-if's way through accounts, one reading transaction after another.
struct WhatIfWalk: Sendable {
    /// How many entries one transaction reads.
    static let pageLines = 1_000

    /// The account that is being replayed.
    fileprivate struct Open: Sendable {
        var replay: WhatIfSimulation
        var seq: Int64
        var count: Int64 = 0
        var existed: Bool
    }

    /// What came of a page of a journal.
    struct Page: Sendable {
        fileprivate var open: Open
        fileprivate var lines: [WhatIfEntry] = []
        fileprivate var count: Int64 = 0
        fileprivate var isLast: Bool
    }

    /// The report so far.
    private(set) var report: WhatIfReport
    private var spent: Int64 = 0
    private var open: Open?
    private let end: Timestamp
    private let draft: Catalog
    private let history: CatalogHistory
    private let maxLines: Int64?

    init(report: WhatIfReport, end: Timestamp, draft: Catalog, history: CatalogHistory, maxLines: Int64?) {
        self.report = report
        self.end = end
        self.draft = draft
        self.history = history
        self.maxLines = maxLines
    }

    /// Whether no further account may be begun.
    var isSpent: Bool { spent >= maxLines ?? .max }

    /// Whether the journal of the account that was looked at last goes on.
    var isOpen: Bool { open != nil }

    /// Says where the report leaves off.
    mutating func stop(after account: AccountID?) { report.nextAfter = account }

    /// Follows the next page of an account's journal. The walk stays where it is until it takes the page.
    /// - Throws: ``Rejection/invalid(field:rule:)`` for an account with too many entries.
    func page(of id: AccountID, in reading: any LedgerReading) throws -> Page {
        let lookup = JournalLookup(of: id, in: reading)
        let journal = lookup.context(now: report.to, catalogs: history)
        let open = try open ?? begin(id, in: reading)
        let lines = try reading.entries(of: id, after: open.seq, limit: WhatIfWalk.pageLines)
        var page = Page(open: open, isLast: lines.count < WhatIfWalk.pageLines)
        for sealed in lines {
            if sealed.entry.recordedAt >= end {
                page.isLast = true
                break
            }
            if let line = page.open.replay.follow(sealed.entry, journal: journal) { page.lines.append(line) }
            page.open.seq = sealed.entry.seq
            page.count += 1
        }
        try lookup.requireNoFailure()
        page.open.count += page.count
        if let maxLines, page.open.count > maxLines {
            throw Rejection.invalid(
                field: "from", rule: "begins a period with more than \(maxLines) lines of account '\(id)'")
        }
        return page
    }

    /// Counts a page. An account that was opened after the period counts for nothing.
    mutating func take(_ page: Page, of id: AccountID) {
        for line in page.lines { report.add(line, of: id) }
        report.add(lines: page.count)
        open = page.isLast ? nil : page.open
        if !page.isLast { return }
        spent += page.open.count + 1
        if !page.open.existed && page.open.count == 0 { return }
        var replay = page.open.replay
        replay.finish(at: report.to)
        report.add(replay)
    }

    private func begin(_ id: AccountID, in reading: any LedgerReading) throws -> Open {
        let before = Timestamp(microseconds: report.from.microseconds - 1)
        let start = try reading.state(of: id, recordedBy: before)
        let replay = WhatIfSimulation(id, start: start, at: report.from, history: history, draft: draft)
        return Open(replay: replay, seq: start?.seq ?? 0, existed: start != nil)
    }
}
