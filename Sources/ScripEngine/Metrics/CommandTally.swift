import ScripCore

/// Counts commands by kind and result, without using texts or dictionaries.
struct CommandTally {
    /// What became of usage of a model without a price.
    enum Policy: Int, CaseIterable {
        case refused, recorded, fallback

        var label: String { "\(self)" }
    }

    /// What a command asks for, without what it says of it.
    fileprivate enum Kind: Int, CaseIterable {
        case putAccount, grant, voidGrant, charge, track, hold, capture, release, extend, refund, adjust, rateLater
        case subscribe, subscription, takeBack

        var label: String {
            switch self {
            case .putAccount: "put_account"
            case .voidGrant: "void_grant"
            case .rateLater: "rate_later"
            case .takeBack: "take_back"
            default: "\(self)"
            }
        }
    }

    /// What a command came to, apart from refusals.
    private enum Ending: Int, CaseIterable {
        case ok, replayed, error
    }

    private static let outcomes = Ending.allCases.map { "\($0)" } + Rejection.Kind.allCases.map(\.rawValue)
    private static let places: [Rejection.Kind: Int] = Dictionary(
        uniqueKeysWithValues: Rejection.Kind.allCases.enumerated().map { ($1, Ending.allCases.count + $0) })

    /// How many combinations of an intent and an outcome there are.
    static let slotCount = Kind.allCases.count * outcomes.count

    static func labels(of slot: Int) -> (intent: String, outcome: String) {
        (Kind(rawValue: slot / outcomes.count)?.label ?? "", outcomes[slot % outcomes.count])
    }

    private var counts = Array(repeating: 0, count: CommandTally.slotCount)
    /// By ``Policy``, in its order.
    private(set) var unknownModels = Array(repeating: 0, count: Policy.allCases.count)
    /// How many tokens of recorded usage nobody can say of what they are.
    private(set) var unaccountedTokens: Int64 = 0
    /// How many entries record usage without a price; each of them is kept as a tracking failure too.
    private(set) var unratedEntryCount = 0

    /// The combinations that occurred.
    var nonzero: [(slot: Int, count: Int)] {
        counts.enumerated().filter { $0.element > 0 }.map { ($0.offset, $0.element) }
    }

    mutating func add(_ intent: Intent, _ result: Result<Outcome, Rejection>) {
        switch result {
        case .success(let outcome):
            add(intent, outcome.isRepeat ? .replayed : .ok)
            if outcome.isRepeat { return }
            if let entry = outcome.entry?.entry, entry.kind.isCharge, entry.rating?.priced == .unrated {
                unratedEntryCount += 1
            }
            if let entry = outcome.entry?.entry, entry.kind.isCharge,
                entry.subject == nil || entry.kind == .capture,
                let usage = entry.usage
            {
                unaccountedTokens = unaccountedTokens.addingClamped(usage.unaccountedTokens)
            }
            switch outcome.rating?.priced {
            case .unrated: add(.recorded)
            case .fallback: add(.fallback)
            default: break
            }
        case .failure(let rejection):
            add(intent, at: CommandTally.places[rejection.kind] ?? Ending.error.rawValue)
            if rejection.kind == .unknownModel { add(.refused) }
        }
    }

    mutating func addError(_ intent: Intent) {
        add(intent, .error)
    }

    private mutating func add(_ policy: Policy) { unknownModels[policy.rawValue] += 1 }

    private mutating func add(_ intent: Intent, _ ending: Ending) { add(intent, at: ending.rawValue) }

    private mutating func add(_ intent: Intent, at outcome: Int) {
        counts[intent.tallied.rawValue * CommandTally.outcomes.count + outcome] += 1
    }
}

extension Intent {
    fileprivate var tallied: CommandTally.Kind {
        switch self {
        case .putAccount: .putAccount
        case .grant: .grant
        case .voidGrant: .voidGrant
        case .charge: .charge
        case .track: .track
        case .hold: .hold
        case .capture: .capture
        case .release: .release
        case .extend: .extend
        case .refund: .refund
        case .adjust: .adjust
        case .rateLater: .rateLater
        case .subscribe: .subscribe
        case .subscription: .subscription
        case .takeBack: .takeBack
        }
    }
}
