import ScripCore

/// How many tracking failures are kept, and for how long.
public struct FailureLimits: Sendable, Hashable {
    /// How many may wait in all; beyond it senders are told to come again.
    public var maxOpen: Int
    /// How many may wait of one account; beyond it its further events are answered as failed, and not kept.
    public var maxOpenPerAccount: Int
    /// How many may wait of those that one key sent; beyond it the same.
    public var maxOpenPerSender: Int
    /// After how many days one that was resolved or dismissed is removed.
    public var closedDays: Int64
    /// After how many days one that still waits is removed, unless its usage is recorded and only lacks a price.
    public var openDays: Int64

    /// The usual limits.
    public init(
        maxOpen: Int = 1_000_000, maxOpenPerAccount: Int = 10_000, maxOpenPerSender: Int = 100_000,
        closedDays: Int64 = 30, openDays: Int64 = 400
    ) {
        self.maxOpen = maxOpen
        self.maxOpenPerAccount = maxOpenPerAccount
        self.maxOpenPerSender = maxOpenPerSender
        self.closedDays = closedDays
        self.openDays = openDays
    }

    func most(of party: FailureParty) -> Int {
        switch party {
        case .account: maxOpenPerAccount
        case .sender: maxOpenPerSender
        }
    }
}

/// Whose failures are counted together. Usage that is recorded and only lacks a price counts for nobody.
public enum FailureParty: Sendable, Hashable {
    /// Those of an account.
    case account(String)
    /// Those that one key sent.
    case sender(String)

    /// Whether a failure is one of the party's.
    public func holds(_ failure: TrackingFailure) -> Bool {
        if failure.format == .entry { return false }
        return switch self {
        case .account(let account): failure.account == account
        case .sender(let sender): failure.sender == sender
        }
    }
}

extension TrackingFailure {
    /// Who is to have room for it.
    var parties: [FailureParty] {
        if format == .entry { return [] }
        return [account.map { .account($0) }, sender.map { .sender($0) }].compactMap { $0 }
    }
}
