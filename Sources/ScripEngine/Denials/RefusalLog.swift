import Logging
import ScripCore
import Synchronization

/// Lines in the log about refusals and failures: so many a minute, and not all of them about one account.
struct LogAllowance: Sendable {
    /// How many lines a minute in all.
    static let maxLines = 600
    /// How many lines a minute about one account.
    static let maxEntriesPerAccount = 20

    private static let microsecondsPerMinute: Int64 = 60_000_000

    private var minute = Int64.min
    private var count = 0
    private var counts: [String: Int] = [:]
    private var leftOut = 0

    /// Whether a line about an account may be written, and how many were left out in the minute that is over.
    mutating func take(_ account: String, at moment: Timestamp) -> (mayWrite: Bool, leftOut: Int) {
        var told = 0
        let current = moment.microseconds / LogAllowance.microsecondsPerMinute
        if current != minute {
            told = leftOut
            (minute, count, counts, leftOut) = (current, 0, [:], 0)
        }
        if count >= LogAllowance.maxLines
            || counts[account, default: 0] >= LogAllowance.maxEntriesPerAccount
        {
            leftOut += 1
            return (false, told)
        }
        count += 1
        counts[account, default: 0] += 1
        return (true, told)
    }
}

/// Tells operators what was refused and what could not be recorded, and remembers denials until they are
/// written down.
final class RefusalLog: Sendable {
    /// How many denials wait to be written; beyond it new ones are only counted.
    static let maxWaiting = 10_000

    private let allowance = Mutex(LogAllowance())
    private let waiting = Mutex<[String: Denial]>([:])
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
    }

    /// Writes a line, unless there were too many in this minute.
    func write(
        _ what: String, account: String?, action: String?, reason: String, requestID: String?,
        at moment: Timestamp
    ) {
        let (mayWrite, leftOut) = allowance.withLock { $0.take(account ?? "", at: moment) }
        if leftOut > 0 {
            logger.info("lines about refusals were left out", metadata: ["count": "\(leftOut)"])
        }
        if !mayWrite { return }
        var metadata: Logger.Metadata = ["reason": "\(reason)"]
        for (name, value) in [("account", account), ("action", action), ("request_id", requestID)] {
            if let value { metadata[name] = "\(RefusalLog.shown(value))" }
        }
        logger.info("\(what)", metadata: metadata)
    }

    private static func shown(_ text: String) -> String {
        text.utf8.count <= 255
            ? text : String(decoding: Array(text.utf8.prefix(255)), as: UTF8.self) + "…"
    }

    /// Remembers a denial.
    func keep(_ denial: Denial) {
        waiting.withLock { waiting in
            if let earlier = waiting[denial.id] {
                waiting[denial.id] = earlier.adding(denial)
            } else if waiting.count < RefusalLog.maxWaiting {
                waiting[denial.id] = denial
            }
        }
    }

    /// Takes all denials that wait, in order of their ids.
    func take() -> [Denial] {
        waiting.withLock { waiting in
            defer { waiting = [:] }
            return waiting.values.sorted { ($0.subject.account, $0.id) < ($1.subject.account, $1.id) }
        }
    }
}
