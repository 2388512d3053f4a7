import ScripCore

/// By what usage totals are kept apart. Credit types never mix.
public struct UsageGrouping: Sendable, Hashable {
    /// One thing that totals may be kept apart by; the raw values are the words that callers use.
    public enum Dimension: String, Sendable, Hashable, CaseIterable {
        /// Hours of UTC.
        case hour
        /// Days of UTC.
        case day
        /// Weeks of UTC, which begin with Monday.
        case week
        /// Months of UTC.
        case month
        /// The action.
        case action
        /// The credit type, by which totals are always kept apart.
        case creditType = "credit_type"
        /// Who acted on behalf of the account.
        case user
        /// The model.
        case model
        /// Who runs the model.
        case provider
        /// What kind of thing it was about.
        case resourceType = "resource_type"

        /// Whether it is a length of time.
        public var isTime: Bool { self == .hour || self == .day || self == .week || self == .month }

        /// Whether it says who used what.
        public var isDetail: Bool { self == .user || self == .model || self == .provider || self == .resourceType }
    }

    /// Why words name no grouping.
    public struct Problem: Error, Sendable, Hashable {
        /// The rule that they break.
        public var rule: String
    }

    /// How many groups an answer may have.
    public static let maxGroups = 10_000
    /// How many days may be grouped by hours, users, models, providers and resource types.
    public static let maxDetailedDays: Int32 = 366
    /// What is grouped by unless somebody says otherwise.
    public static let usual = UsageGrouping([.day, .action])

    /// In which order they were named; each once.
    public let dimensions: [Dimension]

    private init(_ dimensions: [Dimension]) { self.dimensions = dimensions }

    /// Reads words that are separated by commas.
    /// - Throws: ``Problem``.
    public init(_ text: String, allowing allowed: [Dimension] = Dimension.allCases) throws(Problem) {
        var found: [Dimension] = []
        for word in text.split(separator: ",") {
            guard let dimension = Dimension(rawValue: String(word)), allowed.contains(dimension) else {
                throw Problem(rule: "must be among \(allowed.map(\.rawValue).joined(separator: ", "))")
            }
            if !found.contains(dimension) { found.append(dimension) }
        }
        if found.count(where: \.isTime) > 1 { throw Problem(rule: "may name only one of hour, day, week, month") }
        self.init(found)
    }

    /// Whether totals are kept apart by something.
    public func has(_ dimension: Dimension) -> Bool { dimensions.contains(dimension) }

    /// The length of time that totals are kept apart by.
    public var time: Dimension? { dimensions.first(where: \.isTime) }

    /// Whether totals of days do not suffice.
    public var needsHours: Bool { dimensions.contains { $0 == .hour || $0.isDetail } }

    /// The group that usage of an hour belongs to.
    func group(hour: Int32, action: String, creditType: CreditTypeID, detail: UsageDetail) -> UsageGroup {
        var group = UsageGroup(start: start(of: hour), creditType: creditType)
        if has(.action) { group.action = action }
        if has(.user) { group.detail.user = detail.user }
        if has(.model) { group.detail.model = detail.model }
        if has(.provider) { group.detail.provider = detail.provider }
        if has(.resourceType) { group.detail.resourceType = detail.resourceType }
        if dimensions.contains(where: \.isDetail) { group.detail.isBeyond = detail.isBeyond }
        return group
    }

    /// The first hour of the length of time that an hour lies in; 0 where time is added up.
    private func start(of hour: Int32) -> Int32 {
        let day = HourlyUsage.day(ofHour: hour)
        switch time {
        case .hour: return hour
        case .day: return UsageGrouping.hour(ofDay: Int64(day))
        case .week:
            // The first of January 1970 was a Thursday; weeks begin with Monday.
            let sinceMonday = ((Int64(day) + 3) % 7 + 7) % 7
            return UsageGrouping.hour(ofDay: Int64(day) - sinceMonday)
        case .month:
            var civil = CivilTime(Timestamp(microseconds: Int64(day) * Timestamp.microsecondsPerDay))
            civil.day = 1
            return UsageGrouping.hour(ofDay: Int64(civil.daysSinceEpoch))
        default: return 0
        }
    }

    private static func hour(ofDay day: Int64) -> Int32 { Int32(clamping: day * 24) }
}

/// What totals that are added up have in common.
public struct UsageGroup: Sendable, Hashable {
    /// The first hour of the length of time, counted from 1970-01-01T00:00:00Z; 0 where time is added up.
    public var start: Int32
    /// The action; empty for amounts charged outright without one, and where actions are added up.
    public var action = ""
    /// Which credits.
    public var creditType: CreditTypeID
    /// Who used what, as far as it was asked for.
    public var detail = UsageDetail()
}

/// Usage totals of a group.
public struct GroupedUsage: Sendable, Hashable {
    /// What they have in common.
    public var group: UsageGroup
    /// What was used.
    public var sum: UsageSum
}

/// Usage that is added up group by group.
struct UsageGroups: Sendable {
    private let grouping: UsageGrouping
    private var sums: [UsageGroup: UsageSum] = [:]

    init(_ grouping: UsageGrouping) { self.grouping = grouping }

    mutating func add(_ row: UsageTotals) throws {
        try add(row, hour: Int32(clamping: Int64(row.day) * 24), detail: UsageDetail())
    }

    mutating func add(_ row: UsageSum) throws {
        let group = grouping.group(
            hour: Int32(clamping: Int64(row.day) * 24), action: row.action, creditType: row.creditType,
            detail: UsageDetail())
        try add(row, to: group)
    }

    mutating func add(_ row: HourlyUsage) throws { try add(row.totals, hour: row.hour, detail: row.detail) }

    private mutating func add(_ row: UsageTotals, hour: Int32, detail: UsageDetail) throws {
        let group = grouping.group(hour: hour, action: row.action, creditType: row.creditType, detail: detail)
        try add(UsageSum(row), to: group)
    }

    private mutating func add(_ sum: UsageSum, to group: UsageGroup) throws {
        if sums[group] == nil && sums.count >= UsageGrouping.maxGroups {
            throw Rejection.invalid(
                field: "group_by",
                rule: "gives more than \(UsageGrouping.maxGroups) rows; choose a shorter time or fewer groups")
        }
        if sums[group]?.add(sum) == nil {
            // What rows have in common is the group's to say; a sum begun by any of its rows must be the same.
            var begun = sum
            (begun.day, begun.action) = (0, "")
            sums[group] = begun
        }
    }

    /// In order of time, action, details and credit type.
    var rows: [GroupedUsage] {
        sums.map { GroupedUsage(group: $0.key, sum: $0.value) }.sorted {
            ($0.group.start, $0.group.action, $0.group.detail, $0.group.creditType)
                < ($1.group.start, $1.group.action, $1.group.detail, $1.group.creditType)
        }
    }
}

/// A time whose usage is asked for: whole days, or whole hours where ``UsageGrouping/needsHours``.
public struct UsagePeriod: Sendable, Hashable {
    /// The first hour.
    public let firstHour: Int32
    /// The last hour.
    public let lastHour: Int32

    /// Whole days, first and last included.
    public init(days: ClosedRange<Int32>) {
        firstHour = Int32(clamping: Int64(days.lowerBound) * 24)
        lastHour = Int32(clamping: Int64(days.upperBound) * 24 + 23)
    }

    /// The hours that hold a moment of a time.
    /// - Parameter end: the moment before which.
    public init(from start: Timestamp, to end: Timestamp) {
        firstHour = start.hour
        let last = Timestamp(microseconds: end.microseconds == .min ? .min : end.microseconds - 1)
        lastHour = max(start.hour, last.hour)
    }

    var days: ClosedRange<Int32> {
        let first = HourlyUsage.day(ofHour: firstHour)
        return first...max(first, HourlyUsage.day(ofHour: lastHour))
    }

    /// - Throws: ``Rejection/invalid(field:rule:)`` when it is too long for a grouping.
    func require(_ grouping: UsageGrouping) throws {
        if !grouping.needsHours { return }
        if Int64(lastHour) - Int64(firstHour) >= Int64(UsageGrouping.maxDetailedDays) * 24 {
            throw Rejection.invalid(
                field: "from",
                rule: "may be at most \(UsageGrouping.maxDetailedDays) days before 'to' for this 'group_by'")
        }
    }
}

extension Engine {
    /// Usage of an account in a time, added up by what is asked for. Kept totals are read, never the journal.
    /// - Parameter user: only what this user did; then totals by the hour are read.
    /// - Throws: ``Rejection/accountNotFound(_:)``, ``Rejection/invalid(field:rule:)`` for more than can be answered.
    public func usage(
        of id: AccountID, in period: UsagePeriod, by grouping: UsageGrouping, of user: String? = nil
    ) async throws -> [GroupedUsage] {
        if user != nil || grouping.needsHours { try period.require(grouping) }
        return try await read(about: id) { reading in
            if try reading.account(id) == nil { throw Rejection.accountNotFound(id) }
            var groups = UsageGroups(grouping)
            if user == nil && !grouping.needsHours {
                let days = period.days
                for row in try reading.usage(of: id, from: days.lowerBound, through: days.upperBound) {
                    try groups.add(row)
                }
                return groups.rows
            }
            for row in try reading.hourlyUsage(of: id, from: period.firstHour, through: period.lastHour) {
                if let user, !row.detail.user.utf8.elementsEqual(user.utf8) || row.detail.isBeyond { continue }
                try groups.add(row)
            }
            return groups.rows
        }
    }

    /// Usage of all accounts in a time, added up by what is asked for, with the accounts charged most.
    /// - Throws: ``Rejection/invalid(field:rule:)`` for more than can be answered.
    public func usageTotals(
        in period: UsagePeriod, by grouping: UsageGrouping, top: Int = 10
    ) async throws -> (rows: [GroupedUsage], topAccounts: [UsageReport.TopAccount]) {
        try period.require(grouping)
        let days = period.days
        let report = try await usageTotals(from: days.lowerBound, through: days.upperBound, top: top)
        var groups = UsageGroups(grouping)
        if !grouping.needsHours {
            for row in report.rows { try groups.add(row) }
            return (groups.rows, report.topAccounts)
        }
        var last: AccountID?
        repeat {
            let (soFar, start) = (groups, last)
            do {
                (groups, last) = try await store.read { reading in
                    var groups = soFar
                    let end = try reading.hourlyUsage(
                        ofAccountsAfter: start, limit: Engine.accountsPerPage, from: period.firstHour,
                        through: period.lastHour
                    ) { _, rows in for row in rows { try groups.add(row) } }
                    return (groups, end)
                }
            } catch {
                guard DamagedAccounts.isDamage(error) else { throw error }
                let page = try await readEach(after: start, limit: Engine.accountsPerPage) { reading, account in
                    try reading.hourlyUsage(of: account, from: period.firstHour, through: period.lastHour)
                }
                for row in page.found.joined() { try groups.add(row) }
                last = page.last
            }
        } while last != nil
        return (groups.rows, report.topAccounts)
    }
}
