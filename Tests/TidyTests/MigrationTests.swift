import Foundation
import Testing

/// The steps of both stores' schemas are numbered alike.
@Suite(.timeLimit(.minutes(15))) struct MigrationTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The number and the name of each step of a store, by its files. A file with a `+` in its name holds a part of a step.
    private static func steps(of target: String) throws -> [(number: Int, name: String)] {
        let folder = root.appendingPathComponent("Sources/\(target)/Migrations").path
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().compactMap { file in
            guard let parts = file.wholeMatch(of: /(\d{4})-([a-z-]+)\.swift/) else { return nil }
            return (Int(parts.1) ?? 0, String(parts.2))
        }
    }

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent("Sources/\(path)"), encoding: .utf8)
    }

    @Test(arguments: ["ScripSQLite", "ScripPostgres"])
    func `the steps of a store have the numbers from 1 on, without gaps and without doubles`(target: String) throws {
        let steps = try MigrationTests.steps(of: target)
        #expect(steps.map(\.number) == Array(1...max(1, steps.count)), "\(steps)")
    }

    /// Whether each of some types is in a file of the step at its place.
    private static func areTypes(_ types: [String], of target: String) throws -> Bool {
        let folder = root.appendingPathComponent("Sources/\(target)/Migrations").path
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        let steps = try steps(of: target)
        return try types.count == steps.count
            && zip(steps, types).allSatisfy { step, type in
                try files.contains {
                    try $0.hasPrefix(String(format: "%04d-", step.number))
                        && text("\(target)/Migrations/\($0)").contains("enum \(type) {")
                }
            }
    }

    @Test func `every step is taken, in order, and parts belong to steps`() throws {
        let sqlite = try MigrationTests.text("ScripSQLite/Migrations/Migrations.swift")
        let types = sqlite.matches(of: /, (\w+)\.sql\)/).map { String($0.1) }
        #expect(try MigrationTests.areTypes(types, of: "ScripSQLite"), "\(types)")
        #expect(
            try sqlite.matches(of: /(?:\(|private static let \w+ = )"(\d{4}-[a-z-]+)"/).map { String($0.1) }.sorted()
                == MigrationTests.steps(of: "ScripSQLite").map { String(format: "%04d-", $0.number) + $0.name })
        let postgres = try MigrationTests.text("ScripPostgres/Migrations/PostgresMigrations.swift")
        let numbered = postgres.matches(of: /Step\(number: (\d+), name: (?:"[^"]+"|\w+), sql: (\w+)\.sql\)/)
        #expect(
            try numbered.compactMap { Int($0.1) } == MigrationTests.steps(of: "ScripPostgres").map(\.number))
        let others = numbered.map { String($0.2) }
        #expect(try MigrationTests.areTypes(others, of: "ScripPostgres"), "\(others)")
        for target in ["ScripSQLite", "ScripPostgres"] {
            let folder = MigrationTests.root.appendingPathComponent("Sources/\(target)/Migrations").path
            for file in try FileManager.default.contentsOfDirectory(atPath: folder) where file.contains("+") {
                let whole = file.prefix { $0 != "+" } + ".swift"
                #expect(FileManager.default.fileExists(atPath: "\(folder)/\(whole)"), "\(target)/\(file)")
            }
        }
    }

    @Test func `from the eleventh on, a number means the same step on both stores`() throws {
        let sqlite = try MigrationTests.steps(of: "ScripSQLite").filter { $0.number >= 11 }
        let postgres = try MigrationTests.steps(of: "ScripPostgres").filter { $0.number >= 11 }
        #expect(!sqlite.isEmpty)
        #expect(
            sqlite.map { "\($0.number) \($0.name)" } == postgres.map { "\($0.number) \($0.name)" },
            "a step that one store alone needs has a file that does nothing on the other")
    }
}
