import Synchronization

/// How many bytes of bodies are in memory at once, so that no number of callers fills it.
///
/// A request takes its share before its body is read, and gives it back when it is answered. Without room, it must
/// come again later, because waiting would hold the connection and gain nothing.
final class BodyBudget: Sendable {
    /// Who sends a body.
    enum Party: Hashable, Sendable {
        /// Whoever need not say who they are, by address; they also have a share together.
        case stranger(String)
        /// An API key.
        case key(String)
        /// A user, by account and name.
        case user(String)

        fileprivate var isStranger: Bool { if case .stranger = self { true } else { false } }
    }

    private struct Taken {
        var all = 0
        var strangers = 0
        var by: [Party: Int] = [:]
    }

    private let limits: BodyLimits
    private let taken = Mutex(Taken())

    init(limits: BodyLimits) {
        self.limits = limits
    }

    /// Takes bytes for a body.
    /// - Returns: whether there were so many left. A body that is larger than a party's whole share is let through
    ///   alone.
    func take(_ bytes: Int, for party: Party) -> Bool {
        taken.withLock { taken in
            let own = taken.by[party, default: 0]
            let limit = party.isStranger ? limits.maxBytesPerStranger : limits.maxBytesEach
            if own > 0 && own + bytes > limit || taken.all > 0 && taken.all + bytes > limits.maxBytes { return false }
            if party.isStranger {
                if taken.strangers > 0 && taken.strangers + bytes > limits.maxStrangerBytes { return false }
                taken.strangers += bytes
            }
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
            if party.isStranger { taken.strangers -= bytes }
            taken.all -= bytes
        }
    }

    /// About how much memory a body takes once it is read: each value of a JSON text has a place of its own.
    static func weight(of body: some Collection<UInt8>) -> Int {
        var signs = 0
        if body.first.map({ $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") || $0 <= UInt8(ascii: " ") }) == true {
            for byte in body {
                switch byte {
                case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "{"), UInt8(ascii: "["): signs += 1
                default: break
                }
            }
        }
        return body.count + signs * 64
    }

    /// How many bytes are taken now.
    var bytes: Int { taken.withLock { $0.all } }
}

/// How many bytes of bodies are in memory at once.
public struct BodyLimits: Sendable, Hashable {
    /// Of all requests.
    public var maxBytes = 256 << 20
    /// Of all requests together that need not say who sends them, such as messages of payment providers.
    public var maxStrangerBytes = 16 << 20
    /// Of such requests from one address, so that one that sends nothing to the end keeps no other's out.
    public var maxBytesPerStranger = 4 << 20
    /// Of all requests of one API key or one user.
    public var maxBytesEach = 64 << 20

    /// The usual limits.
    public init() {}
}
