import ScripCore

/// Which entries of a journal are wanted.
public struct EntryQuery: Sendable, Hashable {
    /// Whose.
    public var account: AccountID
    /// Only entries with a smaller number.
    public var before: Int64?
    /// Only entries with a greater number.
    public var after: Int64?
    /// Only these kinds; all if empty.
    public var kinds: Set<EntryKind> = []
    /// Only entries of this action.
    public var action: ActionID?
    /// Only entries of this credit type.
    public var creditType: CreditTypeID?
    /// Only entries that count from this moment on.
    public var from: Timestamp?
    /// Only entries that count before this moment.
    public var to: Timestamp?
    /// How many at most.
    public var limit: Int
    /// How many entries are looked at for one page, whether they match or not; never fewer than ``limit``.
    public var maxEntriesRead = EntryQuery.maxEntriesRead

    /// How many entries are looked at for one page unless a query says otherwise: what takes a store some ten
    /// milliseconds, however long the journal is and however few of its entries match.
    public static let maxEntriesRead = 5_000

    /// The newest entries of an account.
    public init(account: AccountID, limit: Int = 50) {
        self.account = account
        self.limit = limit
    }

    /// Whether an entry is wanted, apart from its number.
    public func matches(_ entry: Entry) -> Bool {
        if !kinds.isEmpty && !kinds.contains(entry.kind) { return false }
        if let action, entry.usage?.action != action { return false }
        if let creditType, entry.creditType != creditType { return false }
        if let from, entry.effectiveAt < from { return false }
        if let to, entry.effectiveAt >= to { return false }
        return true
    }
}

extension EntryQuery {
    /// The number of the first entry that may match.
    private var bottom: Int64 { max(1, (after ?? 0).addingClamped(1)) }

    /// The numbers of the entries to look at in a journal whose last entry has the number `last`; `nil` for none.
    public func range(upTo last: Int64) -> ClosedRange<Int64>? {
        let top = min(last, before.map { $0 > 0 ? $0 - 1 : 0 } ?? .max)
        if top < bottom { return nil }
        let length = Int64(max(1, maxEntriesRead, limit))
        return max(bottom, top.addingClamped(1 - length))...top
    }

    /// Where to go on when the entries from a number on were looked at; `nil` when none are left.
    public func continuation(below seq: Int64) -> Int64? { seq > bottom ? seq : nil }
}

/// What one look at a journal found. It may hold fewer entries than were asked for, or none, although more match.
public struct EntryPage: Sendable, Hashable {
    /// The entries that match, newest first.
    public var lines: [SealedEntry] = []
    /// Entries from this number on were looked at; give it as ``EntryQuery/before`` to go on. `nil` when no entry is
    /// left that might match.
    public var next: Int64?

    /// A page without entries after which nothing follows.
    public init() {}
}
