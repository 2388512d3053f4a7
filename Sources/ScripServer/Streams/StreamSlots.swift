import ScripCore
import ScripEngine
import Synchronization
import ScripWire

/// Counts the streams that are open, and refuses those that are too many. Those of one account share what reads it.
final class StreamSlots: Sendable {
    private struct Counts {
        var all = 0
        var accounts: [AccountID: (streams: Int, reads: AccountReads)] = [:]
        var users: [String: Int] = [:]
    }

    private let limits: StreamLimits
    private let counts = Mutex(Counts())

    private let engine: Engine

    init(limits: StreamLimits, engine: Engine) {
        self.limits = limits
        self.engine = engine
    }

    /// How many streams are open.
    var count: Int { counts.withLock { $0.all } }

    /// Takes a place for a stream; letting go of it gives the place back.
    /// - Throws: ``StreamRefusal``.
    func take(account: AccountID, user: SignedInUser?) throws(StreamRefusal) -> StreamSlot {
        let user = user.map { "\($0.account) \($0.subject)" }
        let reads = try counts.withLock { counts throws(StreamRefusal) in
            if counts.all >= limits.maxStreams { throw .serverIsFull }
            var place = counts.accounts[account] ?? (0, AccountReads(of: account, engine: engine))
            if place.streams >= limits.maxPerAccount {
                throw .tooMany(of: "account", limit: limits.maxPerAccount)
            }
            if let user, counts.users[user, default: 0] >= limits.maxPerUser {
                throw .tooMany(of: "user", limit: limits.maxPerUser)
            }
            counts.all += 1
            place.streams += 1
            counts.accounts[account] = place
            if let user { counts.users[user, default: 0] += 1 }
            return place.reads
        }
        return StreamSlot(account: account, user: user, reads: reads, slots: self)
    }

    fileprivate func giveBack(account: AccountID, user: String?) {
        counts.withLock { counts in
            counts.all -= 1
            counts.accounts[account] = counts.accounts[account].flatMap {
                $0.streams > 1 ? ($0.streams - 1, $0.reads) : nil
            }
            if let user { counts.users[user] = counts.users[user].flatMap { $0 > 1 ? $0 - 1 : nil } }
        }
    }
}

/// The place of one open stream.
final class StreamSlot: Sendable {
    /// What reads the account for all of its streams.
    let reads: AccountReads
    private let account: AccountID
    private let user: String?
    private let slots: StreamSlots

    fileprivate init(account: AccountID, user: String?, reads: AccountReads, slots: StreamSlots) {
        self.account = account
        self.user = user
        self.reads = reads
        self.slots = slots
    }

    deinit {
        slots.giveBack(account: account, user: user)
    }
}

/// Why a stream is not opened.
enum StreamRefusal: Error, Hashable {
    /// One account or user has too many.
    case tooMany(of: String, limit: Int)
    /// The server has too many.
    case serverIsFull
    /// The caller does not take event streams.
    case notAcceptable

    var response: ErrorResponse {
        switch self {
        case .tooMany(let party, let limit):
            ErrorResponse(
                429, .tooManyStreams, "Too many streams", "One \(party) may have at most \(limit) streams open."
            ).with("Retry-After", "10")
        case .serverIsFull:
            ErrorResponse(503, .overloaded, "Overloaded", "This instance has reached its limit of open streams.")
                .with("Retry-After", "10")
        case .notAcceptable:
            ErrorResponse(
                406, .notAcceptable, "Not acceptable", "This route answers only with 'text/event-stream'.")
        }
    }
}
