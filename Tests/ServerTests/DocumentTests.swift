import Foundation
import HTTPTypes
import ScripCore
import ScripEngine
import ScripWire
import Testing

@testable import ScripServer

@Suite("The OpenAPI document", .timeLimit(.minutes(15)))
struct DocumentTests {
    @Test("It states every route with its audience, and no other")
    func routes() throws {
        let text = try DocumentTests.text()
        let served = Routes.all.map { "\($0.method.rawValue) \($0.path) \($0.audience.word)" }
        #expect(DocumentTests.operations(in: text) == Set(served))
    }

    @Test("It lists every code that a problem can have, and no other")
    func codes() throws {
        let known = ProblemCode.allCases.map(\.rawValue) + Rejection.Kind.allCases.map(\.rawValue)
        #expect(try DocumentTests.codes(in: DocumentTests.text()) == Set(known))
    }

    @Test("It says under which answers each code comes")
    func codesOfAnswers() throws {
        let text = try DocumentTests.text()
        for code in ProblemCode.allCases.map(\.rawValue) + Rejection.Kind.allCases.map(\.rawValue) {
            #expect(text.contains("`\(code)`"), "\(code)")
        }
    }

    private static func text() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "openapi.yaml"), encoding: .utf8)
    }

    /// The items of `ProblemCode`'s list.
    private static func codes(in text: String) -> Set<String> {
        let lines = text.split(separator: "\n")
        guard let start = lines.firstIndex(of: "    ProblemCode:") else { return [] }
        let items = lines[(start + 1)...].drop { !$0.hasPrefix("      - ") }.prefix { $0.hasPrefix("      - ") }
        return Set(items.map { String($0.dropFirst("      - ".count)) })
    }

    /// Method, path and scope of each operation, told by how far the lines are indented.
    private static func operations(in text: String) -> Set<String> {
        var operations: [String: String] = [:]
        var (isInPaths, path, operation) = (false, "", "")
        for line in text.split(separator: "\n") {
            let indent = line.prefix { $0 == " " }.count
            let content = line.dropFirst(indent)
            switch indent {
            case 0: isInPaths = content == "paths:"
            case 2 where isInPaths: path = String(content.dropLast())
            case 4 where isInPaths:
                operation = "\(content.dropLast().uppercased()) \(path)"
                operations[operation] = "no audience"
            case 6 where isInPaths && content.hasPrefix("x-scope: "):
                operations[operation] = String(content.dropFirst("x-scope: ".count))
            default: break
            }
        }
        return Set(operations.map { "\($0.key) \($0.value)" })
    }
}

@Suite("Secrets of API keys", .timeLimit(.minutes(15)))
struct SecretKeyTests {
    @Test("The last six characters are the CRC-32 of the random ones in base 62")
    func checkDigits() {
        let text = "scrip_sk_live_0123456789ABCDEFGHIJKLMNOPQRST4PMbyp"
        #expect(SecretKey(text)?.text == text)
        #expect(SecretKey("scrip_sk_live_1123456789ABCDEFGHIJKLMNOPQRST4PMbyp") == nil)
        #expect(SecretKey(String(text.dropLast())) == nil)
        #expect(SecretKey(SecretKey().text) != nil)
    }
}
