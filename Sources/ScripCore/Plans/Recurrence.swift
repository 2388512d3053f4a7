/// How often an allowance comes again.
public enum Recurrence: Hashable, Sendable, CustomStringConvertible {
    /// Every calendar month, on the anchor's day, or the last day of a shorter month.
    case month
    /// Every month of the calendar, from the first day of one to that of the next.
    case calendarMonth
    /// Every so many days, at the anchor's time of day.
    case days(Int)

    /// The longest period in days.
    public static let maxDays = 3_660

    /// `month`, `calendar month`, or for example `1 day` and `30 days`.
    public var description: String {
        switch self {
        case .month: "month"
        case .calendarMonth: "calendar month"
        case .days(let count): count.counted("day")
        }
    }
}
