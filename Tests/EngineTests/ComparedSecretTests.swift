import Foundation
import ScripCore
import ScripEngine
import Testing

/// Secrets and codes are compared in one place, in constant time, and cannot be compared elsewhere by mistake.
@Suite(.timeLimit(.minutes(15))) struct ComparedSecretTests {
    @Test func `codes of messages are made and compared in one file`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources")
        let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
        var found: [String] = []
        for case let file as URL in try #require(files) where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            if text.contains(/HMAC<|[aA]uthenticationCode/) { found.append(file.lastPathComponent) }
        }
        #expect(found == ["MessageCode.swift"])
    }

    @Test func `types of secrets know no ==`() {
        let secrets: [Any.Type] = [
            MessageCode.self, Redacted<String>.self, Redacted<[UInt8]>.self, SecretKey.self, SigningKey.self,
            MasterKey.self,
        ]
        for secret in secrets { #expect(!(secret is any Equatable.Type), "\(secret)") }
    }

    @Test func `a code fits its own message and key alone`() {
        let code = MessageCode(of: [1, 2, 3], key: [7])
        #expect(code.matches(MessageCode(of: [1, 2, 3], key: [7]).bytes) && code.bytes.count == 32)
        for other in [MessageCode(of: [1, 2], key: [7]), MessageCode(of: [1, 2, 3], key: [8])] {
            #expect(!code.matches(other.bytes))
        }
        for place in 0..<32 {
            var bytes = code.bytes
            bytes[place] ^= 1
            #expect(!code.matches(bytes))
        }
        #expect(!code.matches([]) && !code.matches(Array(code.bytes.dropLast())) && !code.matches(code.bytes + [0]))
    }
}
