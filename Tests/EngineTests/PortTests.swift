import Foundation
import Testing

@testable import ScripEngine

/// The port to stores is made of nouns, and the copy between stores knows each of them.
@Suite(.timeLimit(.minutes(15))) struct PortTests {
    private static let engine = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Sources/ScripEngine")

    /// The protocols that one is made of, as it is written down.
    private static func parts(of name: String) throws -> Set<String> {
        let file = engine.appendingPathComponent("Ports/LedgerStore.swift")
        let text = try String(contentsOf: file, encoding: .utf8)
        let start = try #require(text.range(of: "public protocol \(name):"))
        let end = try #require(text[start.upperBound...].firstIndex(of: "{"))
        return Set(
            text[start.upperBound..<end].split(separator: ",").map {
                $0.trimmingCharacters(in: .whitespacesAndNewlines)
            })
    }

    @Test func `what can be read is made of the nouns that are copied`() throws {
        let wanted: [LedgerNoun: String] = [
            .catalogs: "Catalog", .keys: "Key", .journals: "Journal", .usage: "Usage", .audit: "Audit",
            .failures: "Failure", .purchases: "Purchase", .denials: "Denial", .verification: "Verification",
        ]
        // Jobs are read in writing transactions only.
        #expect(Set(LedgerNoun.allCases).subtracting(wanted.keys) == [.jobs])
        #expect(try Self.parts(of: "LedgerReading") == Set(wanted.values.map { "\($0)Reading" }))
        let kept = wanted.filter { $0.key != .usage && $0.key != .verification }.values.map { "\($0)Store" }
        #expect(try Self.parts(of: "LedgerWriting") == Set(kept + ["LedgerReading", "JobStore"]))
    }

    @Test func `no requirement of the port has a default that a decorator could forget`() throws {
        let names = try FileManager.default.subpathsOfDirectory(atPath: Self.engine.path)
        let ports = names.filter { $0.hasSuffix("Store.swift") || $0.hasSuffix("Reading.swift") }
        #expect(ports.count >= 9)
        for name in ports where !name.hasSuffix("ForwardingStore.swift") {
            let text = try String(contentsOf: Self.engine.appendingPathComponent(name), encoding: .utf8)
            let required = Set(text.matches(of: /\n    func (\w+\([^\n]*)/).map { String($0.1) })
            let given = text.matches(of: /\n    public func (\w+\([^\n{]*) \{/).map { String($0.1) }
            for signature in given { #expect(!required.contains(signature), "\(name): \(signature)") }
        }
    }
}
