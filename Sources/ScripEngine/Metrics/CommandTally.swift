import ScripCore

/// How many commands of each kind came to what, without a text or a dictionary on the way.
struct CommandTally {
    /// What became of usage of a model without a price.
    enum Policy: String, CaseIterable {
        case refused, recorded, fallback
    }

    private static let intents = [
        "put_account", "grant", "void_grant", "charge", "track", "hold", "capture", "release", "extend", "refund",
        "adjust", "rate_later", "subscribe", "subscription", "take_back",
    ]
    private static let outcomes = ["ok", "replayed", "error"] + Rejection.Kind.allCases.map(\.rawValue)
    private static let firstKind = 3
    private static let places: [Rejection.Kind: Int] = Dictionary(
        uniqueKeysWithValues: Rejection.Kind.allCases.enumerated().map { ($1, firstKind + $0) })

    /// How many combinations of an intent and an outcome there are.
    static var slotCount: Int { intents.count * outcomes.count }

    static func labels(of slot: Int) -> (intent: String, outcome: String) {
        (intents[slot / outcomes.count], outcomes[slot % outcomes.count])
    }

    private var counts = Array(repeating: 0, count: CommandTally.slotCount)
    /// By ``Policy``, in its order.
    private(set) var unknownModels = Array(repeating: 0, count: Policy.allCases.count)
    /// How many lines record usage without a price; each of them is kept as a tracking failure too.
    private(set) var unratedLineCount = 0

    /// The combinations that occurred.
    var nonzero: [(slot: Int, count: Int)] {
        counts.enumerated().filter { $0.element > 0 }.map { ($0.offset, $0.element) }
    }

    mutating func add(_ intent: Intent, _ result: Result<Outcome, Rejection>) {
        switch result {
        case .success(let outcome):
            add(intent, outcome: outcome.isReplay ? 1 : 0)
            if outcome.isReplay { return }
            if let entry = outcome.entry?.entry, entry.kind.isCharge, entry.rating?.priced == .unrated {
                unratedLineCount += 1
            }
            switch outcome.rating?.priced {
            case .unrated: unknownModels[1] += 1
            case .fallback: unknownModels[2] += 1
            default: break
            }
        case .failure(let rejection):
            add(intent, outcome: CommandTally.places[rejection.kind] ?? 2)
            if rejection.kind == .unknownModel { unknownModels[0] += 1 }
        }
    }

    mutating func addError(_ intent: Intent) {
        add(intent, outcome: 2)
    }

    private mutating func add(_ intent: Intent, outcome: Int) {
        counts[intent.place * CommandTally.outcomes.count + outcome] += 1
    }
}

extension Intent {
    /// Its place in the tally's list of intents.
    fileprivate var place: Int {
        switch self {
        case .putAccount: 0
        case .grant: 1
        case .voidGrant: 2
        case .charge: 3
        case .track: 4
        case .hold: 5
        case .capture: 6
        case .release: 7
        case .extend: 8
        case .refund: 9
        case .adjust: 10
        case .rateLater: 11
        case .subscribe: 12
        case .subscription: 13
        case .takeBack: 14
        }
    }
}
