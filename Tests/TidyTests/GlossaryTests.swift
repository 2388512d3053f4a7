import Foundation
import Testing

/// One word for each thing: the glossary in `docs/ARCHITECTURE.md` says which words are not used any more.
@Suite(.timeLimit(.minutes(15))) struct GlossaryTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The rows of the glossary: the word, and what the thing is not called.
    private static func rows() throws -> [(word: String, banned: [String])] {
        let text = try String(contentsOf: root.appendingPathComponent("docs/ARCHITECTURE.md"), encoding: .utf8)
        let start = try #require(text.range(of: "| word | meaning | not called |\n|---|---|---|\n"))
        let table = text[start.upperBound...]
        return table.split(separator: "\n", omittingEmptySubsequences: false).prefix { $0.hasPrefix("|") }.map { row in
            let cells = row.split(separator: "|", omittingEmptySubsequences: false)
            let banned = cells.count > 3 ? cells[3].matches(of: /`(\w+)`/).map { String($0.1) } : []
            return (cells.count > 1 ? cells[1].trimmingCharacters(in: .whitespaces) : "", banned)
        }
    }

    /// All words of the sources' code, without texts and comments.
    private static func names() throws -> [String: String] {
        var found: [String: String] = [:]
        for folder in ["Sources", "Benchmarks"] {
            let top = root.appendingPathComponent(folder)
            for name in try FileManager.default.subpathsOfDirectory(atPath: top.path) where name.hasSuffix(".swift") {
                if name.contains(".build/") { continue }
                let text = try String(contentsOf: top.appendingPathComponent(name), encoding: .utf8)
                for line in text.split(separator: "\n") {
                    let code = line.prefix(upTo: line.firstRange(of: "//")?.lowerBound ?? line.endIndex)
                    var word: [UInt8] = []
                    for byte in code.utf8 + [0] {
                        let isPart =
                            byte == 95 || (48...57).contains(byte) || (65...90).contains(byte)
                            || (97...122).contains(byte)
                        if isPart {
                            word.append(byte)
                        } else if !word.isEmpty {
                            found[String(decoding: word, as: UTF8.self)] = "\(folder)/\(name)"
                            word = []
                        }
                    }
                }
            }
        }
        return found
    }

    @Test func `nothing has a name that the glossary has replaced`() throws {
        let rows = try Self.rows()
        let names = try Self.names()
        #expect(rows.count > 20 && rows.flatMap(\.banned).count > 30 && names.count > 2_000)
        #expect(Set(rows.map(\.word)).count == rows.count)
        for (word, banned) in rows {
            for name in banned {
                if let place = names[name] { Issue.record("\(place): '\(name)'; the word is '\(word)'") }
            }
        }
        // What the words stand for is there under those names.
        for name in [
            "Posting", "AccountTransaction", "AccountBatch", "Authenticator", "CatalogCache", "CircuitBreaker",
        ] {
            #expect(names[name] != nil, "\(name)")
        }
        let limits = names.keys.filter { $0.contains(/^most[A-Z]/) && $0 != "mostUsed" }
        #expect(limits.isEmpty)
    }
}
