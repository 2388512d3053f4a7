import ScripCore

/// Which part of the past a what-if replays, and how much of it at once.
public struct WhatIfQuery: Hashable, Sendable {
    /// The most rows of each list that may be asked for.
    public static let maxRows = 1_000

    /// When the period begins; the start of the current month in UTC if absent.
    public var from: Timestamp?
    /// The moment before which it ends; now, and the entries of this very moment too, if absent or later.
    public var to: Timestamp?
    /// Only this account; all of them if absent.
    public var account: AccountID?
    /// Only accounts whose ids come after this one, in order of their bytes: where a report before left off.
    public var after: AccountID?
    /// The most rows of each list of the report, from 1 to ``maxRows``.
    public var limit: Int
    /// After so many entries of journals no further account is begun, and an account with more is refused; each account
    /// counts as one entry besides its own. No bound if absent.
    public var maxLines: Int64?

    /// A query; all accounts in the current month if nothing else is said.
    public init(
        from: Timestamp? = nil, to: Timestamp? = nil, account: AccountID? = nil, after: AccountID? = nil,
        limit: Int = 50, maxLines: Int64? = nil
    ) {
        self.from = from
        self.to = to
        self.account = account
        self.after = after
        self.limit = limit
        self.maxLines = maxLines
    }
}
