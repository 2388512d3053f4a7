import Foundation
import HTTPTypes
import ScripCore
import ScripEngine
import ScripIdentity
import ScripServer
import ScripTesting
import Testing

@Suite(.timeLimit(.minutes(15))) struct TokenFuzzTests {
    @Test func `mangled tokens open nothing`() async throws {
        try await TestServer.run(configuration: UserToken.configuration()) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let seed = UInt64.random(in: 0...UInt64.max)
            print("seed \(seed)")
            var generator = SeededGenerator(seed: seed)
            let good = UserToken.make("ada")
            #expect(try await server.call(.get, "/api/credits/balance", secret: good).status == 200)
            let letters = Array("ABCxyz019-_.=+/ ~\"{}".utf8)
            for _ in 0..<2_000 {
                var bytes = Array(good.utf8)
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    let place = Int.random(in: 0..<bytes.count, using: &generator)
                    let letter = letters[Int.random(in: 0..<letters.count, using: &generator)]
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: bytes[place] = letter
                    case 1: bytes.insert(letter, at: place)
                    case 2: bytes.remove(at: place)
                    default: bytes.removeSubrange(place..<min(bytes.count, place + 20))
                    }
                    if bytes.isEmpty { bytes = [letter] }
                }
                let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces)
                if text == good || text.isEmpty { continue }
                let status = try await server.call(.get, "/api/credits/balance", secret: text).status
                #expect(status == 401 || status == 403, "seed \(seed): \(text)")
            }
        }
    }

    /// Values that a claim may have and should not.
    private static let values = [
        "null", "true", "0", "-1", "1.5", "1e400", "9223372036854775807", "9223372036854775808", "[]", "{}", "\"\"",
        "\"ada\"", "\"bob\"", "\"\\u0000\"", "\"\\ud800\"", "[\"ada\"]", "{\"sub\":\"ada\"}", "{\"id\":\"bob\"}",
        "{\"id\":7}", "\"" + String(repeating: "a", count: 300) + "\"", "\" ada \"", "\"HS256\"", "\"none\"",
        "[[[[]]]]",
        "4000000000", "1000", "\"https://issuer.test\"", "\"scrip_st_x\"", "\"RS256\"",
    ]

    @Test func `whatever a genuine token says, it is answered, and opens its own account or none`() async throws {
        var configuration = try UserToken.configuration()
        configuration.limits = RequestLimits(perUser: nil)
        try await TestServer.run(configuration: configuration) { server in
            for name in ["ada", "bob"] { _ = try await server.call(.put, "/v1/accounts/\(name)", "{}") }
            let seed = UInt64.random(in: 0...UInt64.max)
            print("seed \(seed)")
            var generator = SeededGenerator(seed: seed)
            let claimNames = [
                "sub", "exp", "nbf", "iat", "aud", "azp", "act", "o", "org_id", "org_role", "sts", "v", "iss",
            ]
            let reasons = Set(TokenRefusal.allCases.map(\.rawValue))
            var statuses: [Int: Int] = [:]
            for _ in 0..<3_000 {
                var claims = ["iss": "\"https://issuer.test\"", "sub": "\"ada\"", "exp": "4000000000"]
                var header = ["alg": "\"HS256\"", "typ": "\"JWT\""]
                for _ in 0..<Int.random(in: 0...3, using: &generator) {
                    let value = TokenFuzzTests.values.randomElement(using: &generator) ?? "0"
                    claims[claimNames.randomElement(using: &generator) ?? "sub"] = value
                }
                if Int.random(in: 0..<4, using: &generator) == 0 {
                    let name = ["alg", "kid", "typ", "crit", "jwk", "cty", "b64"].randomElement(using: &generator)
                    header[name ?? "kid"] = TokenFuzzTests.values.randomElement(using: &generator)
                }
                let token = UserToken.signed(
                    header: TokenFuzzTests.object(header), claims: TokenFuzzTests.object(claims))
                let reply = try await server.call(.get, "/api/credits/balance", secret: token)
                statuses[reply.status, default: 0] += 1
                let place = "seed \(seed): \(header) \(claims): \(reply)"
                switch reply.status {
                case 200:
                    let owner = try #require(reply["account"])
                    let named = claims.filter { ["sub", "o", "org_id"].contains($0.key) }.values
                    #expect(named.contains { $0.contains("\"\(owner)\"") }, "\(place)")
                case 401: #expect(reasons.contains(reply["reason"] ?? ""), "\(place)")
                case 404: #expect(reply["code"] == "account_not_found", "\(place)")
                default: Issue.record("\(place)")
                }
            }
            #expect((statuses[200] ?? 0) > 100 && (statuses[401] ?? 0) > 1_000, "seed \(seed): \(statuses)")
        }
    }

    private static func object(_ members: [String: String]) -> String {
        "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\":\($0.value)" }.joined(separator: ",") + "}"
    }
}
