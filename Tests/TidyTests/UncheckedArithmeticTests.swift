import Foundation
import Testing

/// Numbers that come from outside (requests, providers, files, rows of a database) are added, subtracted and multiplied
/// only where that cannot overflow: by `addingClamped`, `microseconds(since:)`, `Int128` or checked sums.
@Suite(.timeLimit(.minutes(15))) struct UncheckedArithmeticTests {
    /// Where such numbers are read and handed on.
    private static let folders = [
        "ScripPayments", "ScripEngine", "ScripIdentity", "ScripIngest", "ScripUsageFormats", "ScripPostgres",
        "ScripServer", "ScripWire", "ScripSQLite", "ScripJSON", "ScripMetrics", "scrip",
    ]

    /// What is fine, and why.
    private static let allowed: [(file: String, part: String, why: String)] = [
        ("RFC3339.swift", "return seconds * 1_000_000 + microseconds", "a year has four digits"),
        ("LedgerCopy+Accounts.swift", "$1.0.seq - $1.1", "kept states have checked numbers"),
        ("LedgerCopy+Accounts.swift", "stored.state.seq - after", "kept states have checked numbers"),
        ("LedgerCopy+Comparison.swift", "$0.seq - 1", "an audit record's number is at least 1"),
        ("SystemClock.swift", "time.tv_sec", "the system's clock"),
        ("SigningKey.swift", "maxTokenSeconds", "constants"),
        ("SigningKey.swift", "lifetimeSeconds +", "constants"),
        ("PurchaseSettlement.swift", "taken -=", "amounts of one command"),
        ("AccountCheck.swift", "state.seq + 1", "kept states have checked numbers"),
        ("Verification.swift", "state.seq + 1", "kept states have checked numbers"),
        ("Engine+WhatIf.swift", "now.microseconds + 1", "the clock"),
        ("WhatIfWalk.swift", "report.from.microseconds - 1", "a time of a request has a year of four digits"),
        ("UsageTotalsPages.swift", "$0.microseconds - 1", "a time of a request has a year of four digits"),
        ("Entries.swift", "entryID.seq + 1", "an id has at most 18 digits"),
        ("PostgresReader.swift", "last - state.seq", "kept states have checked numbers"),
        ("LedgerReader.swift", "last - state.seq", "kept states have checked numbers"),
        ("LedgerReader+Entries.swift", "seq + 1", "smaller than the largest number, as the line before says"),
        ("PostgresWriter+Rows.swift", "firstSeq - 1", "kept states have checked numbers"),
        ("Session.swift", "TimeInterval(seconds)", "floating point of a pause"),
        ("DurationSeconds.swift", "seconds", "at most as many digits as fit, checked before"),
        ("MessageKeys.swift", "toleranceSeconds *", "constants"),
        ("DamagedAccounts.swift", "patienceSeconds *", "constants"),
        ("Notices.swift", ".seconds(1)", "a pause"),
        ("Inbox.swift", "attempts = attempts + 1", "SQL, which refuses what does not fit"),
    ]

    private static let names =
        "(microseconds|nanocredits|minorUnits|attodollars|seq|attempts|movementCount|version|seconds|firstSeq)"

    /// Swift files of a folder, with their lines without comments and texts.
    private static func lines() throws -> [(file: String, number: Int, line: String)] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources")
        var found: [(String, Int, String)] = []
        for folder in folders {
            let files = FileManager.default.enumerator(
                at: root.appending(path: folder), includingPropertiesForKeys: nil)
            while let file = files?.nextObject() as? URL {
                let path = file.path
                if file.pathExtension != "swift" || path.contains("/Migrations/") || path.contains("/Generated/") {
                    continue
                }
                let text = try String(contentsOf: file, encoding: .utf8)
                for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                    let code = line.replacing(/"(?:[^"\\]|\\.)*"/, with: "\"\"").replacing(/\/\/.*/, with: "")
                    found.append((file.lastPathComponent, index + 1, String(code)))
                }
            }
        }
        return found
    }

    @Test func `numbers from outside are not added without a check`() throws {
        let left = try Regex(
            "\\b\\w*\(UncheckedArithmeticTests.names)\\)*\\s(?:\\+|-|\\*|&\\+|&-|&\\*|\\+=|-=|\\*=)\\s"
        ).ignoresCase()
        let right = try Regex("\\s(?:\\+|-|\\*|&\\+|\\+=|-=|\\*=)\\s[\\w.$(]*\\b\(UncheckedArithmeticTests.names)\\b")
        var used: Set<Int> = []
        for (file, number, line) in try UncheckedArithmeticTests.lines() {
            guard line.contains(left) || line.contains(right) else { continue }
            // Sums of 128 bits hold whatever 64 bits can say, and 0 &- x has no overflow that traps.
            if line.contains("Int128(") || line.contains("0 &- ") || line.contains("kept.") { continue }
            let place = UncheckedArithmeticTests.allowed.firstIndex { $0.file == file && line.contains($0.part) }
            if let place { used.insert(place) } else { Issue.record("\(file):\(number): \(line)") }
        }
        #expect(used.count > 5)
    }

    /// `abs` and `-x` trap for the smallest number, whose opposite there is not.
    @Test func `the opposite of a number from outside is not taken without a check`() throws {
        for (file, number, line) in try UncheckedArithmeticTests.lines() where line.contains(/\babs\(/) {
            // A floating point number, and counts of letters.
            if ["ExpositionWriter.swift", "Spelling.swift"].contains(file) { continue }
            Issue.record("\(file):\(number): \(line)")
        }
    }
}
