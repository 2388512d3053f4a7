/// A moment in UTC, counted in microseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Hashable, Sendable, Comparable {
    /// Microseconds since the Unix epoch; negative before it.
    public let microseconds: Int64

    /// Microseconds in one second.
    public static let microsecondsPerSecond: Int64 = 1_000_000
    /// Microseconds in one day of UTC.
    public static let microsecondsPerDay: Int64 = 86_400_000_000

    /// The moment so many microseconds after the Unix epoch.
    @inlinable
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// The moment so many seconds after the Unix epoch; clamped at the ends of what can be represented.
    public init(seconds: Int64) {
        let (microseconds, overflow) = seconds.multipliedReportingOverflow(by: Timestamp.microsecondsPerSecond)
        self.init(microseconds: overflow ? (seconds < 0 ? .min : .max) : microseconds)
    }

    /// How many microseconds an earlier moment lies before this one; negative for a later one, and clamped at the ends of
    /// what can be represented.
    public func microseconds(since earlier: Timestamp) -> Int64 {
        let (span, overflow) = microseconds.subtractingReportingOverflow(earlier.microseconds)
        return overflow ? (microseconds < 0 ? .min : .max) : span
    }

    /// The earlier moment first.
    @inlinable
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    /// The moment so many seconds later; clamped at the ends of what can be represented.
    public func adding(seconds: Int64) -> Timestamp {
        let (span, spanOverflow) = seconds.multipliedReportingOverflow(by: Timestamp.microsecondsPerSecond)
        let (sum, overflow) = microseconds.addingReportingOverflow(span)
        if spanOverflow || overflow { return Timestamp(microseconds: seconds < 0 ? .min : .max) }
        return Timestamp(microseconds: sum)
    }

    /// The day of UTC this moment falls on, in days since 1970-01-01.
    public var day: Int32 {
        let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: Timestamp.microsecondsPerDay)
        return Int32(clamping: remainder < 0 ? quotient - 1 : quotient)
    }

    /// The first moment Scrip accepts in a request: 1970-01-01T00:00:00Z.
    public static let earliest = Timestamp(microseconds: 0)
    /// The last moment Scrip accepts in a request: 9999-12-31T23:59:59Z.
    public static let latest = Timestamp(seconds: 253_402_300_799)
    /// The moments that may be kept, some 36,000 years around 1970: far more than any request can name, and so few that
    /// differences of two always fit.
    public static let kept = Timestamp(microseconds: -(1 << 60))...Timestamp(microseconds: 1 << 60)

    /// A moment as it is kept; `nil` for one that no version kept.
    public init?(kept microseconds: Int64) {
        self.init(microseconds: microseconds)
        if !Timestamp.kept.contains(self) { return nil }
    }
}
