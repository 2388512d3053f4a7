import Foundation
import Synchronization

/// The clock rules of one place, named by an IANA id such as `Europe/Vienna`.
public struct TimeZoneRules: Hashable, Sendable {
    /// The IANA id.
    public let id: String
    private let zone: TimeZone?

    /// Coordinated universal time.
    public static let utc = TimeZoneRules(id: "UTC", zone: nil)

    private init(id: String, zone: TimeZone?) {
        self.id = id
        self.zone = zone
    }

    /// The rules of the zone with this IANA id; `nil` when there is none.
    public init?(id: String) {
        if id == "UTC" || id == "Etc/UTC" {
            self.init(id: id, zone: nil)
            return
        }
        guard id.utf8.count <= 64, id.contains("/") || id.allSatisfy({ $0.isLetter }) else { return nil }
        let known = TimeZoneRules.known.withLock { zones -> TimeZone? in
            if let zone = zones[id] { return zone }
            guard let zone = TimeZone(identifier: id), zone.identifier == id else { return nil }
            zones[id] = zone
            return zone
        }
        guard let known else { return nil }
        self.init(id: id, zone: known)
    }

    private static let known = Mutex<[String: TimeZone]>([:])

    private func offset(at moment: Timestamp) -> Int64 {
        guard let zone else { return 0 }
        let seconds = moment.microseconds / Timestamp.microsecondsPerSecond
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(seconds)))
        return Int64(offset) * Timestamp.microsecondsPerSecond
    }

    /// What clocks there show at a moment.
    public func civilTime(at moment: Timestamp) -> CivilTime {
        CivilTime(Timestamp(microseconds: moment.microseconds + offset(at: moment)))
    }

    /// The moment when clocks there show a time. If there are two, the first; in a gap, by the offset before it.
    public func moment(of civil: CivilTime) -> Timestamp {
        let naive = civil.asUTC
        if zone == nil { return naive }
        let before = offset(at: Timestamp(microseconds: naive.microseconds - Timestamp.microsecondsPerDay))
        let after = offset(at: Timestamp(microseconds: naive.microseconds + Timestamp.microsecondsPerDay))
        let candidates = [before, after].map { Timestamp(microseconds: naive.microseconds - $0) }
        let matching = candidates.filter { civilTime(at: $0) == civil }
        return matching.min() ?? candidates[0]
    }

    /// Equal ids mean equal rules.
    public static func == (left: TimeZoneRules, right: TimeZoneRules) -> Bool { left.id == right.id }

    /// Hashes the id.
    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
