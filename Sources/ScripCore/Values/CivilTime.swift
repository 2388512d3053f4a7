/// A date and time of the proleptic Gregorian calendar, without a time zone.
///
/// Conversions use the days-from-civil algorithm on integers, so they need no calendar library.
public struct CivilTime: Hashable, Sendable {
    /// The year.
    public var year: Int
    /// The month, from 1 to 12.
    public var month: Int
    /// The day of the month, from 1.
    public var day: Int
    /// Microseconds since midnight.
    public var microsecondOfDay: Int64

    /// A date and a time of day.
    public init(year: Int, month: Int, day: Int, microsecondOfDay: Int64) {
        self.year = year
        self.month = month
        self.day = day
        self.microsecondOfDay = microsecondOfDay
    }

    /// The civil time that clocks at UTC show at a moment.
    public init(_ moment: Timestamp) {
        var (days, rest) = moment.microseconds.quotientAndRemainder(dividingBy: Timestamp.microsecondsPerDay)
        if rest < 0 {
            days -= 1
            rest += Timestamp.microsecondsPerDay
        }
        let shifted = Int(days) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        microsecondOfDay = rest
    }

    /// The moment at which clocks at UTC show this time.
    public var asUTC: Timestamp {
        Timestamp(microseconds: Int64(daysSinceEpoch) * Timestamp.microsecondsPerDay + microsecondOfDay)
    }

    /// Days from 1970-01-01 to this date.
    public var daysSinceEpoch: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// How many days a month has.
    public static func daysInMonth(year: Int, month: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
