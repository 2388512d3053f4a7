import Foundation
import Testing

/// No test is decided by time: a busy machine is as good as an idle one.
@Suite struct WaitingTests {
    /// What a wait by time looks like.
    private static let signs = [
        "Task.sleep", "usleep(", "Thread.sleep", "ContinuousClock.now +", "SuspendingClock", "timeIntervalSinceNow",
        "{ await Task.yield() }", "await Task.yield()\n", "DispatchTime.now() +", "time.sleep", "time.monotonic()",
        "sleep 0", "sleep 1",
    ]

    /// What may be there all the same. None of them fails when the machine is slow.
    private static let allowed: [(file: String, text: String, reason: String)] = [
        ("PostgresCluster.swift", "sleep 0.1", "pg_isready is asked until the server that was started answers"),
        ("PostgresRoomTests.swift", "probe() != .available", "a store that found room stays available"),
        ("DatabaseFileTests.swift", "probe() != .available", "a store that found room stays available"),
        ("DatabaseFileTests.swift", "Task.sleep(for: .milliseconds(10))", "between copies; what a file has it keeps"),
        ("DatabaseFileTests.swift", "size() > 8_388_608", "a log that is cut stays short while nobody writes"),
        ("DocumentFetcherTests.swift", "await Task.yield()", "keys that were fetched stay"),
        ("InstanceTests.swift", "isStoreReachable()", "a store that answers again stays reachable"),
        ("PlanTests.swift", "sql: waiting", "a request that is done stays done"),
        ("RefundReserveTests.swift", "onRefund", "lets others go first, and nothing is said of how many"),
        ("CutStageTests.swift", "scene.cut(where:", "who waits for a lock waits until the test lets go"),
        ("TopUpTests.swift", "await Task.yield()", "looks again and again on purpose, beside what is tested"),
        ("StreamTests.swift", "watchCount > 0", "streams that were closed stay closed"),
        ("SlowClientTests.swift", "Task.sleep(for: .milliseconds(100))", "a client that is slow on purpose"),
        ("CopyCommandTests.swift", "timeIntervalSinceNow", "when the program is killed, which may be at any moment"),
        ("ScripProcess+Serve.swift", "Task.sleep", "a server that is ready stays ready"),
        ("Fleet.swift", "Task.sleep", "between attempts at a server that is down"),
        ("PgBouncer.swift", "Thread.sleep", "between looks for the socket of a pooler that starts"),
        ("FleetTests.swift", "Task.sleep", "between two blows, at random"),
        ("identity/check.py", "time.", "a key is kept for some seconds, by the clock of the server"),
        ("payments/check.py", "time.sleep", "between looks at what stays so"),
        ("streams/check.py", "time.", "measures how long events take"),
        ("connections/check.py", "full", "how busy a processor is, is over a time"),
    ]

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The lines of the files in a folder that wait by time.
    private static func waits(in folder: String) throws -> [(place: String, line: String)] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: root.appendingPathComponent(folder).path)
        return names.sorted().flatMap { name -> [(String, String)] in
            let path = "\(folder)/\(name)"
            let kind = (name as NSString).pathExtension
            if !["swift", "py", "sh", ""].contains(kind) || name.hasPrefix("TidyTests/") { return [] }
            guard let data = FileManager.default.contents(atPath: root.appendingPathComponent(path).path) else {
                return []
            }
            let text = String(decoding: data, as: UTF8.self)
            if !signs.contains(where: text.contains) { return [] }
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            return lines.enumerated().compactMap { number, line in
                let ended = line + "\n"
                if !signs.contains(where: ended.contains) { return nil }
                // What a loop waits for stands before what it does.
                let context = lines[max(0, number - 6)...number].joined(separator: "\n")
                let isAllowed = allowed.contains { path.hasSuffix($0.file) && context.contains($0.text) }
                return isAllowed ? nil : ("\(path):\(number + 1)", String(line))
            }
        }
    }

    @Test func `nothing that tests or checks wait for is decided by time`() throws {
        for folder in ["Tests", "Sources/ScripTesting", "Scripts", "Examples"] {
            for wait in try WaitingTests.waits(in: folder) {
                Issue.record("\(wait.place) waits by time: \(wait.line)")
            }
        }
    }

    @Test func `suites that start clusters, servers or other programs take turns`() throws {
        let folder = WaitingTests.root.appendingPathComponent("Tests")
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        for name in names.sorted() where name.hasSuffix("Tests.swift") && !name.hasPrefix("TidyTests/") {
            let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            let signs = ["PostgresCluster(", "ScripProcess(", "ScripProcess.with", "SQLScene(", "PgBouncer("]
            if signs.contains(where: text.contains) {
                #expect(text.contains(".heavy"), "\(name) starts much, and its suite is not .heavy")
            }
        }
    }

    @Test func `no time limit is shorter than ten minutes`() throws {
        let folder = WaitingTests.root.appendingPathComponent("Tests")
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        for name in names.sorted() where name.hasSuffix(".swift") && !name.hasPrefix("TidyTests/") {
            let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            for limit in text.matches(of: /\.timeLimit\(\.minutes\((\d+)\)\)/) {
                #expect(Int(limit.1) ?? 0 >= 10, "\(name): \(limit.0)")
            }
        }
    }
}
