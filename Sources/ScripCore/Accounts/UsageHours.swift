import Crypto

/// Details that tell apart the usage of one hour, besides action and credit type.
public struct UsageDetail: Hashable, Sendable, Comparable {
    /// Who acted on behalf of the account; empty for nobody in particular.
    public var user: String
    /// The model; empty for none.
    public var model: String
    /// Who runs the model; empty where that is not said.
    public var provider: String
    /// What kind of thing it was about; empty for none.
    public var resourceType: String
    /// Whether it stands for usage beyond ``UsageHours/maxDetails``, whose details are not kept.
    public var isBeyond: Bool

    /// What usage is told apart by.
    public init(
        user: String = "", model: String = "", provider: String = "", resourceType: String = "", isBeyond: Bool = false
    ) {
        self.user = user
        self.model = model
        self.provider = provider
        self.resourceType = resourceType
        self.isBeyond = isBeyond
    }

    /// Usage beyond the bound.
    public static let beyond = UsageDetail(isBeyond: true)

    init(_ usage: Usage?) {
        self.init(
            user: UsageDetail.storable(usage?.user), model: UsageDetail.storable(usage?.model),
            provider: UsageDetail.storable(usage?.provider), resourceType: UsageDetail.storable(usage?.resource?.type))
    }

    /// Databases keep no zero characters in text; each becomes the sign for it.
    private static func storable(_ text: String?) -> String {
        guard let text else { return "" }
        return text.utf8.contains(0) ? text.replacing("\0", with: "\u{2400}") : text
    }

    /// Whether the texts' bytes are the same, as databases compare them.
    public static func == (left: UsageDetail, right: UsageDetail) -> Bool {
        left.isBeyond == right.isBeyond && zip(left.texts, right.texts).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
    }

    /// Hashes the texts' bytes.
    public func hash(into hasher: inout Hasher) {
        for var text in texts {
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
            hasher.combine(0)
        }
        hasher.combine(isBeyond)
    }

    /// Order of the texts' bytes.
    public static func < (left: UsageDetail, right: UsageDetail) -> Bool {
        for (mine, others) in zip(left.texts, right.texts) where !mine.utf8.elementsEqual(others.utf8) {
            return mine.utf8.lexicographicallyPrecedes(others.utf8)
        }
        return !left.isBeyond && right.isBeyond
    }

    private var texts: [String] { [user, model, provider, resourceType] }
}

/// Totals of one hour of UTC, of one action in one credit type, told apart by who used what.
public struct HourlyUsage: Hashable, Sendable {
    /// What names a row.
    public struct Key: Hashable, Sendable {
        /// The hour, counted from 1970-01-01T00:00:00Z.
        public var hour: Int32
        /// The action; empty for amounts charged outright without one.
        public var action: String
        /// Which credits.
        public var creditType: CreditTypeID
        /// By what it is told apart.
        public var detail: UsageDetail

        /// A name.
        public init(hour: Int32, action: String, creditType: CreditTypeID, detail: UsageDetail) {
            self.hour = hour
            self.action = action
            self.creditType = creditType
            self.detail = detail
        }
    }

    /// The hour, counted from 1970-01-01T00:00:00Z.
    public var hour: Int32
    /// By what it is told apart.
    public var detail: UsageDetail
    /// What was used; its day is the hour's.
    public var totals: UsageTotals

    /// Totals of an hour.
    public init(hour: Int32, detail: UsageDetail, totals: UsageTotals) {
        self.hour = hour
        self.detail = detail
        self.totals = totals
    }

    /// What names the row.
    public var key: Key {
        Key(hour: hour, action: totals.action, creditType: totals.creditType, detail: detail)
    }

    /// The day of an hour.
    public static func day(ofHour hour: Int32) -> Int32 { hour >= 0 ? hour / 24 : (hour - 23) / 24 }

    init?(_ entry: Entry) {
        guard let totals = UsageTotals(entry) else { return nil }
        self.init(hour: entry.effectiveAt.hour, detail: UsageDetail(entry.usage), totals: totals)
    }
}

/// Hourly totals that are not yet handed to the store, and what keeps their number in bounds.
///
/// Rows are added up here and handed over together when an hour has passed, or when
/// there are too many. What is handed over is added to what the store has.
public struct UsageHours: Hashable, Sendable {
    /// How many rows wait at most.
    public static let maxRows = 24
    /// How many different rows an account may write within one hour of the clock. What is beyond is added to one row
    /// for each hour, action and credit type, without its detail.
    public static let maxDetails = 256

    /// The hour of the clock in which rows were last written.
    public private(set) var hour: Int32
    /// Rows that wait.
    public private(set) var rows: [HourlyUsage]
    /// What stands for the rows that were told apart within the hour.
    public private(set) var marks: [UInt64]

    /// No usage yet.
    public init(hour: Int32 = 0, rows: [HourlyUsage] = [], marks: [UInt64] = []) {
        self.hour = hour
        self.rows = rows
        self.marks = marks
    }

    /// Counts an entry.
    /// - Parameter closed: takes the rows that are to be handed to the store.
    public mutating func count(_ entry: Entry, closed: inout [HourlyUsage]) {
        guard var row = HourlyUsage(entry) else { return }
        let now = entry.recordedAt.hour
        if now > hour {
            closed += rows
            (hour, rows, marks) = (now, [], [])
        }
        var key = row.key
        if let place = rows.firstIndex(where: { $0.key == key }) { return add(row, at: place) }
        if !admits(key) {
            row.detail = .beyond
            key = row.key
            if let place = rows.firstIndex(where: { $0.key == key }) { return add(row, at: place) }
        }
        if rows.count >= UsageHours.maxRows {
            closed += rows
            rows = []
        }
        rows.append(row)
    }

    private mutating func add(_ row: HourlyUsage, at place: Int) {
        rows[place].totals = rows[place].totals.adding(row.totals)
    }

    /// Whether a row may be told apart.
    private mutating func admits(_ key: HourlyUsage.Key) -> Bool {
        let mark = UsageHours.mark(key)
        if marks.contains(mark) { return true }
        if marks.count >= UsageHours.maxDetails { return false }
        marks.append(mark)
        return true
    }

    /// 64 bits of a SHA-256 digest, so that nobody finds names that share one.
    private static func mark(_ key: HourlyUsage.Key) -> UInt64 {
        var digest = SHA256()
        let texts = [
            String(key.hour), key.action, key.creditType.rawValue, key.detail.user, key.detail.model,
            key.detail.provider, key.detail.resourceType,
        ]
        for var text in texts {
            text.withUTF8 { digest.update(bufferPointer: UnsafeRawBufferPointer($0)) }
            withUnsafeBytes(of: UInt8(0xFF)) { digest.update(bufferPointer: $0) }
        }
        return digest.finalize().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension Timestamp {
    /// Microseconds in one hour.
    public static let microsecondsPerHour: Int64 = 3_600_000_000

    /// The hour of UTC this moment falls on, in hours since 1970-01-01T00:00:00Z.
    public var hour: Int32 {
        let (quotient, remainder) = microseconds.quotientAndRemainder(dividingBy: Timestamp.microsecondsPerHour)
        return Int32(clamping: remainder < 0 ? quotient - 1 : quotient)
    }
}

/// Hourly totals of many entries, added up by what names them.
public struct HourlyUsageSums: Sendable {
    /// A row for each name.
    public private(set) var rows: [HourlyUsage.Key: HourlyUsage] = [:]

    /// Nothing.
    public init() {}

    /// Adds rows.
    public mutating func add(_ more: some Sequence<HourlyUsage>) {
        for row in more {
            let key = row.key
            var sum = row
            if let kept = rows[key] { sum.totals = kept.totals.adding(row.totals) }
            rows[key] = sum
        }
    }
}

extension AccountState {
    /// Takes over hourly totals that were counted from the journal, of an account that an earlier version kept.
    public mutating func adopt(_ hours: UsageHours?) { usageHours = hours }
}
