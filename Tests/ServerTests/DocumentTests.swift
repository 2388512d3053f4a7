import Foundation
import HTTPTypes
import ScripEngine
import Testing

@testable import ScripServer

@Suite("The OpenAPI document")
struct DocumentTests {
    @Test("It has every route with its scope, and no other")
    func routes() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "openapi.yaml"), encoding: .utf8)
        let served = Routes.all.map { "\($0.method.rawValue) \($0.path) \($0.scope?.rawValue ?? "open")" }
        #expect(DocumentTests.operations(in: text) == Set(served))
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
                operations[operation] = "open"
            case 6 where isInPaths && content.hasPrefix("x-scope: "):
                operations[operation] = String(content.dropFirst("x-scope: ".count))
            default: break
            }
        }
        return Set(operations.map { "\($0.key) \($0.value)" })
    }
}

@Suite("Secrets of API keys")
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
