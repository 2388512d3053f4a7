import Foundation
import ScripCore
import ScripEngine

/// One account with 100,000 charges, replayed under a draft that doubles the rate.
enum WhatIfs {
    static func measure() async throws {
        let fixture = try await Fixture(accounts: 1)
        for _ in 0..<100 {
            for result in await fixture.engine.submit((0..<1_000).map { _ in Fixture.command(0) }) {
                _ = try result.get()
            }
        }
        let dearer = Fixture.catalog.replacingOccurrences(of: "0.000001", with: "0.000002")
        let before = peakKilobytes()
        let begin = ContinuousClock.now
        let report = try await fixture.engine.whatIf(document: dearer)
        Benchmarks.report("what-if: lines of one account", Int(report.lineCount), begin.duration(to: .now))
        print("what-if: peak memory \(before) KB before, \(peakKilobytes()) KB after")
        try await fixture.end()
    }

    /// The most memory this process has had, as Linux counts it; 0 elsewhere.
    private static func peakKilobytes() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return Int(line.filter(\.isNumber)) ?? 0
    }
}
