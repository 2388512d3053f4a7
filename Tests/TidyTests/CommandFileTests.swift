import Foundation
import Testing

/// A stranger finds what a command does by its name.
@Suite(.timeLimit(.minutes(15))) struct CommandFileTests {
    private static let core = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Sources/ScripCore")

    private func text(_ path: String) throws -> String {
        try String(contentsOf: CommandFileTests.core.appendingPathComponent(path), encoding: .utf8)
    }

    /// The names of an enumeration's cases.
    private func cases(of name: String, in path: String) throws -> [String] {
        let body = try #require(try text(path).components(separatedBy: "public enum \(name)").dropFirst().first)
        let enumeration = body.components(separatedBy: "\n}").first ?? body
        return enumeration.matches(of: /\n    case (\w+)/).map { String($0.1) }
    }

    @Test func `each command is carried out in a file of its name`() throws {
        var names = try cases(of: "Intent", in: "Ledger/Command.swift").map {
            $0 == "subscription" ? "subscriptionVerb" : $0
        }
        #expect(names.count >= 15)
        // Initializing an account is putting it, where there is none.
        names += try cases(of: "SubscriptionVerb", in: "Plans/SubscriptionVerb.swift").filter { $0 != "initialize" }
        #expect(names.count >= 22)
        let files = try FileManager.default.contentsOfDirectory(
            atPath: CommandFileTests.core.appendingPathComponent("Posting").path)
        for name in names {
            let file = "Posting+" + name.prefix(1).uppercased() + name.dropFirst()
            #expect(files.contains { $0.hasPrefix(file) }, "\(file).swift")
        }
    }

    @Test func `the lines of a command are handed to nobody`() throws {
        for path in try FileManager.default.subpathsOfDirectory(atPath: CommandFileTests.core.path)
        where path.hasSuffix(".swift") {
            let source = try text(path)
            #expect(!source.contains("inout [SealedEntry]") && !source.contains("inout Decision"), "\(path)")
            #expect(!source.contains("origin: Origin, context:"), "\(path)")
        }
    }
}
