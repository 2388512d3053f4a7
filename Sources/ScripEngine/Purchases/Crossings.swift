import ScripCore

/// The falls of balances below a top-up's threshold for which a purchase was noted, until they end.
///
/// A crossing is known by the account's newest journal line when it was noted. It buys once. It ends when a later line
/// has left the balance at the threshold, even if nobody looked in between, or when its credits came and did not suffice.
/// No change of a setting ends it, but for one: after a bank's certain refusal, a changed setting tries once more.
public struct Crossings: Sendable, Hashable {
    /// The lines by credit type, as packs may be of several.
    private(set) var lines: [CreditTypeID: Int64] = [:]
    /// The line of a crossing of a version that kept no credit types: it is of whatever the pack has.
    private(set) var untyped: Int64?
    /// How often crossings were tried once more.
    private(set) var retryCount: Int64 = 0

    /// No crossings.
    public init() {}

    /// The line of the crossing that has not ended.
    public subscript(creditType: CreditTypeID) -> Int64? { lines[creditType] ?? untyped }

    /// Whether none has not ended.
    public var isEmpty: Bool { lines.isEmpty && untyped == nil }

    /// Notes a crossing.
    mutating func begin(_ creditType: CreditTypeID, at line: Int64) {
        untyped = nil
        lines[creditType] = line
    }

    /// Ends a crossing.
    mutating func end(_ creditType: CreditTypeID) {
        untyped = nil
        lines[creditType] = nil
    }

    /// Lets crossings whose money was refused for certain be tried once more.
    mutating func retry() {
        (lines, untyped) = ([:], nil)
        (retryCount, _) = retryCount.addingReportingOverflow(1)
    }

    /// The id of the purchase of a crossing, so that no crossing can have two.
    func purchaseID(of account: AccountID, _ creditType: CreditTypeID, at line: Int64) -> String {
        let name = "\(account.rawValue)\u{0}top_up\u{0}\(creditType.rawValue)\u{0}\(line)\u{0}\(retryCount)"
        return "pu_" + Hash(of: Array(name.utf8)).description.prefix(24)
    }

    init(lines: [CreditTypeID: Int64], untyped: Int64?, retryCount: Int64) {
        self.lines = lines
        self.untyped = untyped
        self.retryCount = retryCount
    }
}
