import Foundation
import Testing

/// The threat model says which tests show what it claims; a name that no test has would be an empty promise.
@Suite(.timeLimit(.minutes(15))) struct ThreatModelTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func `every test that the threat model names is there`() throws {
        let page = try String(
            contentsOf: ThreatModelTests.root.appendingPathComponent("docs/threat-model.md"), encoding: .utf8)
        let folder = ThreatModelTests.root.appendingPathComponent("Tests").path
        let files = Set(
            try FileManager.default.subpathsOfDirectory(atPath: folder).compactMap { $0.split(separator: "/").last })
        let named = page.matches(of: /`(\w+Tests)`/).map(\.1)
        #expect(named.count > 30)
        for name in named { #expect(files.contains("\(name).swift"), "\(name)") }
    }
}
