import Foundation
import Testing

/// What holds for the sources as a whole.
@Suite(.timeLimit(.minutes(15))) struct TidyTests {
    /// Which of our own modules each target may import.
    private static let allowed: [String: Set<String>] = [
        "ScripJSON": [],
        "ScripCore": ["ScripJSON"],
        "ScripPrices": ["ScripCore", "ScripJSON"],
        "ScripEngine": ["ScripCore", "ScripJSON"],
        "ScripSQLite": ["ScripCore", "ScripEngine", "ScripJSON"],
        "CLibPQ": [],
        "ScripPostgres": ["CLibPQ", "ScripCore", "ScripEngine", "ScripJSON"],
        "ScripUsageFormats": ["ScripCore", "ScripJSON"],
        "ScripIngest": ["ScripCore", "ScripJSON"],
        "ScripWire": ["ScripCore", "ScripEngine", "ScripIngest", "ScripJSON", "ScripUsageFormats"],
        "ScripMetrics": [],
        "ScripHTTPClient": [],
        "ScripIdentity": ["ScripCore", "ScripHTTPClient", "ScripJSON"],
        "ScripServer": [
            "ScripCore", "ScripEngine", "ScripIdentity", "ScripIngest", "ScripJSON", "ScripMetrics", "ScripWire",
        ],
        "ScripPayments": ["ScripCore", "ScripEngine", "ScripHTTPClient", "ScripJSON"],
        "ScripTesting": ["ScripCore", "ScripEngine"],
        "scrip": [
            "ScripCore", "ScripEngine", "ScripSQLite", "ScripPostgres", "ScripIdentity", "ScripIngest", "ScripJSON",
            "ScripMetrics", "ScripServer", "ScripPrices", "ScripPayments", "ScripWire",
        ],
    ]

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private struct Source {
        var path: String
        var lines: [Substring]
    }

    private static func sources(in folder: String) throws -> [Source] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: root.appendingPathComponent(folder).path)
        let written = names.filter { $0.hasSuffix(".swift") && !$0.contains("/Generated/") }
        return try written.sorted().map { name in
            let text = try String(contentsOf: root.appendingPathComponent("\(folder)/\(name)"), encoding: .utf8)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            return Source(path: "\(folder)/\(name)", lines: lines)
        }
    }

    private static func imports(of source: Source) -> [String] {
        // A regular expression for each of forty thousand lines takes a minute.
        source.lines.lazy.filter { $0.contains("import ") }.compactMap { line in
            line.firstMatch(of: /^(?:@testable |public |internal )?import (?:struct |enum |class )?(\w+)/).map {
                String($0.1)
            }
        }
    }

    @Test func `each target imports only what it may`() throws {
        let sources = try TidyTests.sources(in: "Sources")
        #expect(sources.count > 50)
        for source in sources {
            let target = String(source.path.split(separator: "/")[1])
            let allowed = try #require(TidyTests.allowed[target], "\(target) is not in the table")
            for module in TidyTests.imports(of: source) where TidyTests.allowed[module] != nil {
                #expect(allowed.contains(module), "\(source.path) imports \(module)")
            }
        }
    }

    @Test func `the rules know no database, no network and no engine`() throws {
        for source in try TidyTests.sources(in: "Sources/ScripCore") {
            for module in TidyTests.imports(of: source) {
                #expect(["ScripJSON", "Crypto", "Foundation", "Synchronization"].contains(module), "\(source.path)")
            }
        }
    }

    @Test func `the wire knows no HTTP`() throws {
        for source in try TidyTests.sources(in: "Sources/ScripWire") {
            for module in TidyTests.imports(of: source) where TidyTests.allowed[module] == nil {
                Issue.record("\(source.path) imports \(module)")
            }
        }
    }

    /// What the command line prints, it prints with the wire; only a server is of the module of servers.
    @Test func `only the command that serves knows the server`() throws {
        let serving: Set = [
            "Verbs/ServeCommand", "Options/StreamOptions", "Options/ConnectionOptions", "Options/SignInOptions",
            "Options/SignInDocument+Path", "Options/IssuerRule+Issuer",
        ]
        for source in try TidyTests.sources(in: "Sources/scrip")
        where TidyTests.imports(of: source).contains("ScripServer") {
            let name = source.path.dropFirst("Sources/scrip/".count).dropLast(".swift".count)
            #expect(serving.contains(String(name)), "\(source.path) imports ScripServer")
        }
    }

    @Test func `files stay short`() throws {
        for source in try TidyTests.sources(in: "Sources") + TidyTests.sources(in: "Tests")
        where !source.path.contains("/Generated/") {
            #expect(source.lines.count <= 400, "\(source.path)")
        }
    }

    @Test func `nothing is forced and nothing is left for later`() throws {
        let words = ["try" + "!", "as" + "!", "TO" + "DO", "FIX" + "ME"]
        for source in try TidyTests.sources(in: "Sources") + TidyTests.sources(in: "Tests") {
            for (number, line) in source.lines.enumerated() {
                for word in words where line.contains(word) {
                    Issue.record("\(source.path):\(number + 1) has \(word)")
                }
            }
        }
    }

    @Test func `no file or folder is named for nothing in particular`() throws {
        let names: Set = ["utils", "helpers", "common", "manager", "misc", "shared", "extensions"]
        for source in try TidyTests.sources(in: "Sources") + TidyTests.sources(in: "Tests") {
            for part in source.path.lowercased().dropLast(".swift".count).split(separator: "/") {
                #expect(!names.contains(String(part)), "\(source.path)")
            }
        }
    }
}
