import Synchronization

/// How many bytes of bodies are in memory at once, so that no number of callers fills it.
///
/// A request takes its share before its body is read, and gives it back when it is answered. Who cannot have it is told to
/// come again: waiting would hold the connection and win nothing.
final class BodyBudget: Sendable {
    /// Who sends a body.
    enum Party: Hashable, Sendable {
        /// All who need not say who they are, together.
        case strangers
        /// An API key.
        case key(String)
        /// A user, by account and name.
        case user(String)
    }

    /// Bytes for all bodies, for those of strangers, and for those of one key or user.
    private let limits: (all: Int, strangers: Int, each: Int)
    private let taken = Mutex<(all: Int, by: [Party: Int])>((0, [:]))

    init(limits: BodyLimits) {
        self.limits = (limits.mostBytes, limits.mostStrangerBytes, limits.mostBytesEach)
    }

    /// Takes bytes for a body.
    /// - Returns: whether there were so many left. A body that is larger than a party's whole share is let through alone.
    func take(_ bytes: Int, for party: Party) -> Bool {
        taken.withLock { taken in
            let own = taken.by[party, default: 0]
            let limit = party == .strangers ? limits.strangers : limits.each
            if own > 0 && own + bytes > limit || taken.all > 0 && taken.all + bytes > limits.all { return false }
            taken.by[party] = own + bytes
            taken.all += bytes
            return true
        }
    }

    /// Gives back what was taken.
    func giveBack(_ bytes: Int, of party: Party) {
        taken.withLock { taken in
            let own = taken.by[party, default: 0] - bytes
            taken.by[party] = own > 0 ? own : nil
            taken.all -= bytes
        }
    }

    /// How many bytes are taken now.
    var bytes: Int { taken.withLock { $0.all } }
}

/// How many bytes of bodies are in memory at once.
public struct BodyLimits: Sendable, Hashable {
    /// Of all requests.
    public var mostBytes = 256 << 20
    /// Of all requests together that need not say who sends them, such as messages of payment providers.
    public var mostStrangerBytes = 16 << 20
    /// Of all requests of one API key or one user.
    public var mostBytesEach = 64 << 20

    /// The usual limits.
    public init() {}
}
