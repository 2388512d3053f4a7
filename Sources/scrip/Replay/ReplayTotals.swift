import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// What a replay charged to each account.
struct ReplayTotals {
    /// The charges of one account in one credit type.
    struct Line {
        var rowCount = 0
        var amount = Credits.zero
    }

    /// Which credits of which account.
    struct Place: Hashable, Comparable {
        var account: AccountID
        var creditType: CreditTypeID

        static func < (left: Place, right: Place) -> Bool {
            (left.account, left.creditType) < (right.account, right.creditType)
        }
    }

    private(set) var rowCount = 0
    private(set) var chargedCount = 0
    private(set) var repeatedCount = 0
    private(set) var demoCount = 0
    private(set) var failures: [(row: Int, message: String)] = []
    private(set) var failedCount = 0
    private(set) var lines: [Place: Line] = [:]
    private(set) var sums: [CreditTypeID: Credits] = [:]

    /// Counts the result of one row.
    mutating func add(_ result: Result<Outcome, any Error>, row: UsageLog.Row) throws {
        rowCount += 1
        let outcome: Outcome
        do {
            outcome = try result.get()
        } catch let rejection as Rejection {
            failedCount += 1
            if failures.count < 10 { failures.append((row.number, rejection.description)) }
            return
        }
        if outcome.isDemo {
            demoCount += 1
        } else if outcome.isRepeat {
            repeatedCount += 1
        } else if let entry = outcome.entry?.entry, let creditType = entry.creditType {
            chargedCount += 1
            let amount = try entry.amount.negated()
            let place = Place(account: row.account, creditType: creditType)
            lines[place, default: Line()].rowCount += 1
            lines[place, default: Line()].amount = try (lines[place]?.amount ?? .zero).adding(amount)
            sums[creditType] = try (sums[creditType] ?? .zero).adding(amount)
        }
    }

    /// The result for people.
    func print() {
        var table = Table(.text("ACCOUNT"), .number("ROWS"), .number("CHARGED"), .text("CREDITS"))
        for (place, line) in lines.sorted(by: { $0.key < $1.key }) {
            table.add(
                place.account.rawValue, String(line.rowCount), line.amount.description, place.creditType.rawValue)
        }
        for (creditType, sum) in sums.sorted(by: { $0.key < $1.key }) {
            let count = lines.reduce(0) { $1.key.creditType == creditType ? $0 + $1.value.rowCount : $0 }
            table.add("in total", String(count), sum.description, creditType.rawValue)
        }
        if !lines.isEmpty { Console.print(table.text) }
        Console.print(
            "\(rowCount.counted("row")): \(chargedCount) charged, \(repeatedCount) already there, \(demoCount) of demo accounts, "
                + "\(failedCount) refused.")
        for failure in failures { Console.say("row \(failure.row): \(failure.message)") }
    }

    /// The result for programs.
    var json: [UInt8] {
        JSONWriter.document { writer in
            writer.member("rows", rowCount)
            writer.member("charged", chargedCount)
            writer.member("duplicate", repeatedCount)
            writer.member("demo", demoCount)
            writer.member("failed", failedCount)
            writer.name("totals")
            writer.array { writer in
                for (creditType, sum) in sums.sorted(by: { $0.key < $1.key }) {
                    writer.object { writer in
                        writer.member("credit_type", creditType.rawValue)
                        writer.member("amount", sum)
                    }
                }
            }
            writer.name("accounts")
            writer.array { writer in
                for (place, line) in lines.sorted(by: { $0.key < $1.key }) {
                    writer.object { writer in
                        writer.member("account", place.account.rawValue)
                        writer.member("credit_type", place.creditType.rawValue)
                        writer.member("rows", line.rowCount)
                        writer.member("amount", line.amount)
                    }
                }
            }
            writer.name("errors")
            writer.array { writer in
                for failure in failures {
                    writer.object { writer in
                        writer.member("row", failure.row)
                        writer.member("detail", failure.message)
                    }
                }
            }
        }
    }
}
