import ScripCore
import Synchronization
import ScripWire

/// Counts requests of keys, users and addresses: each has a bucket that fills evenly and from which a request takes
/// one.
///
/// Memory is bounded: when there are too many buckets, those that have filled up again are forgotten, which changes
/// nothing; if that is not enough, all are.
final class RequestLimiter: Sendable {
    /// How many buckets are kept.
    static let maxBuckets = 65_536
    private static let windowMicroseconds: Int64 = 60_000_000

    /// Whose requests are counted.
    enum Party: Hashable, Sendable {
        case key(String)
        case user(String)
        case address(String)

        /// The name of the policy, as answers state it.
        var policy: String {
            switch self {
            case .key: "key"
            case .user: "user"
            case .address: "address"
            }
        }
    }

    /// What a request met.
    struct Reading: Sendable, Hashable {
        var policy: String
        var limit: Int
        /// How many more may come at once.
        var remaining: Int
        /// In how many seconds the bucket is full again, or when refused, holds one request again.
        var seconds: Int64
        var isRefused: Bool
    }

    private struct Bucket {
        /// Requests that may come, in millionths.
        var level: Int64
        var at: Timestamp
    }

    private let buckets = Mutex<[Party: Bucket]>([:])

    /// How many buckets there are.
    var count: Int { buckets.withLock { $0.count } }

    /// Takes one request of a party, or refuses it.
    func take(_ party: Party, limit: Int, at now: Timestamp) -> Reading {
        let full = Int64(limit) * 1_000_000
        return buckets.withLock { buckets in
            if buckets.count >= RequestLimiter.maxBuckets && buckets[party] == nil {
                buckets = buckets.filter { now.microseconds(since: $0.value.at) < Self.windowMicroseconds }
                if buckets.count >= RequestLimiter.maxBuckets { buckets = [:] }
            }
            var bucket = buckets[party] ?? Bucket(level: full, at: now)
            let elapsed = min(max(0, now.microseconds(since: bucket.at)), Self.windowMicroseconds)
            bucket.level = min(full, bucket.level + elapsed * Int64(limit) / 60)
            bucket.at = now
            let isRefused = bucket.level < 1_000_000
            if !isRefused { bucket.level -= 1_000_000 }
            buckets[party] = bucket
            let missing = isRefused ? 1_000_000 - bucket.level : full - bucket.level
            return Reading(
                policy: party.policy, limit: limit, remaining: Int(bucket.level / 1_000_000),
                seconds: full > 0 ? (missing * 60 + full - 1) / full : 60, isRefused: isRefused)
        }
    }
}

/// A refusal of a request because too many came.
struct RateRefusal: Error, Hashable {
    var reading: RequestLimiter.Reading

    var response: ErrorResponse {
        ErrorResponse(
            429, .rateLimited, "Too many requests",
            "At most \(reading.limit) requests a minute are allowed from one \(reading.policy)."
        ).with("Retry-After", String(max(1, reading.seconds))).with("x-should-retry", "true")
    }
}
