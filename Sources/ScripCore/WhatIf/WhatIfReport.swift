/// What a row of a report is about.
public struct WhatIfKey: Hashable, Sendable {
    /// Which credits.
    public var creditType: CreditTypeID
    /// The account, the action, the model or the code of the reason; `nil` for what has none, and for the models and
    /// reasons beyond ``WhatIfReport/maxNames``.
    public var name: String?
    /// A model's provider, or a reason in words.
    public var detail: String?
}

/// One row of a report: what it is about, and how it would change.
public struct WhatIfRow: Hashable, Sendable {
    /// What it is about.
    public var key: WhatIfKey
    /// What was charged and what would have been.
    public var sums: WhatIfSums

    /// The largest change first, then by name.
    static func isBefore(_ left: WhatIfRow, _ right: WhatIfRow) -> Bool {
        let (a, b) = (left.sums.change.magnitude, right.sums.change.magnitude)
        if a != b { return a > b }
        if left.sums.charged != right.sums.charged { return left.sums.charged > right.sums.charged }
        let (one, other) = (left.key, right.key)
        return (one.name ?? "", one.detail ?? "", one.creditType) < (
            other.name ?? "", other.detail ?? "", other.creditType
        )
    }
}

/// An account at the entry at which it ran out.
public struct WhatIfRunOut: Hashable, Sendable {
    /// The account.
    public var account: AccountID
    /// Which credits.
    public var creditType: CreditTypeID
    /// Where.
    public var place: RunOut
}

/// How charges would change under a draft catalog, over all accounts that were replayed.
public struct WhatIfReport: Hashable, Sendable {
    /// The most different models, and the most different reasons, that are told apart.
    public static let maxNames = 10_000

    /// When the period begins.
    public var from: Timestamp
    /// When it ends.
    public var to: Timestamp
    /// The most rows of each list.
    public var limit: Int
    /// How many accounts were replayed.
    public private(set) var accountCount: Int64 = 0
    /// How many entries of journals were followed.
    public private(set) var lineCount: Int64 = 0
    /// How many accounts and credit types would have run out and did not.
    public private(set) var wouldRunOutCount: Int64 = 0
    /// How many accounts and credit types ran out and would not have.
    public private(set) var wouldNoLongerRunOutCount: Int64 = 0
    /// The first that would have run out, in order of accounts, with the entry at which they would have.
    public private(set) var wouldRunOut: [WhatIfRunOut] = []
    /// The first that would no longer have run out, in order of accounts, with the entry at which they did.
    public private(set) var wouldNoLongerRunOut: [WhatIfRunOut] = []

    /// The last account that was replayed when more come after it; `nil` when all were.
    public var nextAfter: AccountID?

    private var totalSums: [WhatIfKey: WhatIfSums] = [:]
    private var actionSums: [WhatIfKey: WhatIfSums] = [:]
    private var modelSums: [WhatIfKey: WhatIfSums] = [:]
    private var refusalSums: [WhatIfKey: WhatIfSums] = [:]
    private var fixedSums: [WhatIfKey: WhatIfSums] = [:]
    private var accountRows: [WhatIfRow] = []
    private var openSums: [WhatIfKey: WhatIfSums] = [:]

    /// A report of nothing.
    public init(from: Timestamp, to: Timestamp, limit: Int) {
        self.from = from
        self.to = to
        self.limit = limit
    }

    /// The sums of each credit type, in order of their ids.
    public var totals: [WhatIfRow] {
        totalSums.map { WhatIfRow(key: $0.key, sums: $0.value) }.sorted { $0.key.creditType < $1.key.creditType }
    }
    /// The sums of entries whose amount was set outright and therefore stays, for each credit type.
    public var fixed: [WhatIfRow] {
        fixedSums.map { WhatIfRow(key: $0.key, sums: $0.value) }.sorted { $0.key.creditType < $1.key.creditType }
    }
    /// The sums of each action, the largest change first.
    public var byAction: [WhatIfRow] { ranked(actionSums) }
    /// The sums of each model, for usage that names one, the largest change first.
    public var byModel: [WhatIfRow] { ranked(modelSums) }
    /// The sums of entries that the draft cannot rate, by reason, the most entries first.
    public var notRated: [WhatIfRow] {
        let rows = refusalSums.map { WhatIfRow(key: $0.key, sums: $0.value) }
        let sorted = rows.sorted { left, right in
            left.sums.count == right.sums.count ? WhatIfRow.isBefore(left, right) : left.sums.count > right.sums.count
        }
        return Array(sorted.prefix(limit))
    }
    /// The accounts with the largest change, the largest first.
    public var accounts: [WhatIfRow] { Array(accountRows.sorted(by: WhatIfRow.isBefore).prefix(limit)) }

    private func ranked(_ sums: [WhatIfKey: WhatIfSums]) -> [WhatIfRow] {
        let rows = sums.map { WhatIfRow(key: $0.key, sums: $0.value) }
        return Array(rows.sorted(by: WhatIfRow.isBefore).prefix(limit))
    }
}

extension WhatIfReport {
    /// Counts a charge or a capture of the account that is being replayed.
    public mutating func add(_ line: WhatIfEntry, of account: AccountID) {
        var was = WhatIfSums()
        was.count = 1
        was.charged = Int128(line.charged.nanocredits)
        var would = WhatIfSums()
        would.wouldCharge = Int128(line.draft.amount.nanocredits)
        for (sums, creditType) in [(was, line.creditType), (would, line.draft.creditType)] {
            let all = WhatIfKey(creditType: creditType)
            totalSums[all, default: WhatIfSums()].add(sums)
            openSums[WhatIfKey(creditType: creditType, name: account.rawValue), default: WhatIfSums()].add(sums)
            let action = WhatIfKey(creditType: creditType, name: line.action?.rawValue)
            actionSums[action, default: WhatIfSums()].add(sums)
            if line.draft.isFixed { fixedSums[all, default: WhatIfSums()].add(sums) }
            if let model = line.model {
                let key = WhatIfKey(creditType: creditType, name: model, detail: line.provider)
                modelSums[WhatIfReport.bounded(key, or: all, in: modelSums), default: WhatIfSums()].add(sums)
            }
            if let refusal = line.draft.refusal {
                let key = WhatIfKey(creditType: creditType, name: refusal.code, detail: refusal.description)
                let rest = WhatIfKey(creditType: creditType, name: refusal.code)
                refusalSums[WhatIfReport.bounded(key, or: rest, in: refusalSums), default: WhatIfSums()].add(sums)
            }
        }
    }

    /// Counts entries that were followed, whatever they are.
    public mutating func add(lines: Int64) { lineCount += lines }

    /// Takes over an account whose entries have all been counted.
    public mutating func add(_ replay: WhatIfSimulation) {
        accountCount += 1
        accountRows += openSums.map { WhatIfRow(key: $0.key, sums: $0.value) }
        openSums = [:]
        if accountRows.count > 4 * limit + 1_000 { accountRows = accounts }
        let (was, would) = (replay.actualRunOuts, replay.simulatedRunOuts)
        for (creditType, place) in would.sorted(by: { $0.key < $1.key }) where was[creditType] == nil {
            wouldRunOutCount += 1
            if wouldRunOut.count >= limit { continue }
            wouldRunOut.append(WhatIfRunOut(account: replay.actual.id, creditType: creditType, place: place))
        }
        for (creditType, place) in was.sorted(by: { $0.key < $1.key }) where would[creditType] == nil {
            wouldNoLongerRunOutCount += 1
            if wouldNoLongerRunOut.count >= limit { continue }
            wouldNoLongerRunOut.append(WhatIfRunOut(account: replay.actual.id, creditType: creditType, place: place))
        }
    }

    private static func bounded(
        _ key: WhatIfKey, or rest: WhatIfKey, in sums: [WhatIfKey: WhatIfSums]
    ) -> WhatIfKey {
        sums.count < maxNames || sums[key] != nil ? key : rest
    }
}
