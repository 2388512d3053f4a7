/// How often an allowance comes again.
public enum Recurrence: Hashable, Sendable, CustomStringConvertible {
    /// Every calendar month, on the anchor's day, or the last day of a shorter month.
    case month
    /// Every so many days, at the anchor's time of day.
    case days(Int)

    /// The longest period in days.
    public static let mostDays = 3_660

    /// `month`, or for example `30 days`.
    public var description: String {
        switch self {
        case .month: "month"
        case .days(let count): "\(count) days"
        }
    }
}
