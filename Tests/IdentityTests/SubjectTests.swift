import Crypto
import Foundation
import ScripCore
import ScripJSON
import Testing

@testable import ScripIdentity

/// Which account a subject is, and which subjects are none.
@Suite(.timeLimit(.minutes(15))) struct SubjectTests {
    private static let secret = Array("the subjects' own secret of thirty-two bytes".utf8)
    private static let now = Timestamp(seconds: 1_790_000_000)

    static let refused: [(String, String)] = [
        ("empty", ""), ("a space", " "), ("a tab", "\t"), ("no-break space", "\u{A0}"), ("zero width", "\u{200B}"),
        ("a null", "\0"), ("delete", "\u{7F}"), ("C1 control", "a\u{85}b"), ("space before", " ada"),
        ("no-break space after", "ada\u{A0}"), ("a line's end", "ada\n"), ("zero width within", "a\u{200D}da"),
        ("right to left override", "a\u{202E}da"), ("byte order mark", "\u{FEFF}ada"), ("soft hyphen", "a\u{AD}da"),
        ("decomposed", "ame\u{301}lie"), ("a singleton that composes to another", "\u{212A}elvin"),
        ("variation selector", "ada\u{FE0F}"), ("too long", String(repeating: "a", count: 256)),
        ("a separator of lines", "a\u{2028}b"), ("private use", "\u{E000}"), ("hangul filler", "\u{3164}"),
    ]

    @Test(arguments: refused, [("sub", ""), ("sub", "a:"), ("org", ""), ("org", "a:")])
    func `what is no name is no account, whatever prefix is before it`(
        name: (label: String, text: String), place: (claim: String, prefix: String)
    ) async throws {
        let verifier = try SubjectTests.verifier([("https://a.test", place.prefix)])
        let (user, organization) = place.claim == "sub" ? (name.text, nil) : ("ada", name.text)
        await #expect(throws: TokenRefusal.subjectInvalid, "\(name.label)") {
            try await verifier.verify(
                SubjectTests.token("https://a.test", user, organization: organization), at: SubjectTests.now)
        }
    }

    @Test func `names of all kinds of writing are names`() async throws {
        let verifier = try SubjectTests.verifier([("https://a.test", "a:")])
        for name in ["ada", "auth0|5f7c", "Amélie", "李", "user name", "0", "アダ", "name@example.com"] {
            let identity = try await verifier.verify(SubjectTests.token("https://a.test", name), at: SubjectTests.now)
            #expect(identity.account.rawValue == "a:" + name)
        }
    }

    @Test func `a mark does not join with the prefix before it`() async throws {
        let verifier = try SubjectTests.verifier([("https://a.test", "e")])
        await #expect(throws: TokenRefusal.subjectInvalid) {
            try await verifier.verify(SubjectTests.token("https://a.test", "\u{301}"), at: SubjectTests.now)
        }
    }

    @Test(arguments: [("a:", "a:b:"), ("a:b:", "a:"), ("org", "org_"), ("x", "x")])
    func `prefixes of which one begins the other are refused when they are read`(first: String, second: String) {
        #expect {
            _ = try SubjectTests.verifier([("https://a.test", first), ("https://b.test", second)])
        } throws: {
            ($0 as? IssuerProblem)?.setting == "account_prefix"
        }
    }

    @Test(arguments: [" ", "\u{1}", "e\u{301}", " a:"])
    func `a prefix that is no text is refused`(prefix: String) {
        #expect {
            _ = try SubjectTests.verifier([("https://a.test", prefix)])
        } throws: {
            ($0 as? IssuerProblem)?.setting == "account_prefix"
        }
    }

    @Test(arguments: ["unsafe_metadata.org", "user_metadata", ".user_metadata.id", "a..b", ""])
    func `a claim that users edit, or a path with a gap, names nobody`(claim: String) {
        var issuer = SubjectTests.issuer("https://a.test", "")
        issuer.subjectClaim = claim
        #expect(throws: IssuerProblem.self) { try issuer.validate() }
    }

    /// Distinct issuers, kinds and subjects never are the same account of the same kind. The kind is the account's own, and
    /// the server compares it; the rest is in the id.
    @Test(arguments: [UInt64.random(in: 0...UInt64.max), 20_261_128])
    func `distinct issuers, kinds and subjects have distinct accounts`(seed: UInt64) async throws {
        print("seed \(seed)")
        var chance = Chance(state: seed)
        let pieces = ["a", "b", ":", "a:", "b:", "_", "é", "e", "\u{301}", " ", "", "org", "user"]
        func text(_ count: ClosedRange<Int>) -> String {
            (0..<Int.random(in: count, using: &chance)).map { _ in
                pieces.randomElement(using: &chance) ?? ""
            }.joined()
        }
        var (taken, configurations) = (0, 0)
        while configurations < 60 {
            let names = (0..<Int.random(in: 1...4, using: &chance)).map { "https://\($0).test" }
            guard let verifier = try? SubjectTests.verifier(names.map { ($0, text(0...3)) }) else { continue }
            configurations += 1
            var owners: [String: String] = [:]
            for _ in 0..<40 {
                let issuer = names.randomElement(using: &chance) ?? names[0]
                let subject = text(0...4)
                let organization = Bool.random(using: &chance) ? text(0...4) : nil
                let token = SubjectTests.token(issuer, subject, organization: organization)
                guard let identity = try? await verifier.verify(token, at: SubjectTests.now) else { continue }
                taken += 1
                #expect(identity.isOrganization == (organization != nil))
                let owner = "\(issuer) \(Array((organization ?? subject).utf8))"
                let account = "\(identity.isOrganization) \(identity.account.rawValue)"
                #expect(owners[account] ?? owner == owner, "seed \(seed): \(account)")
                owners[account] = owner
            }
        }
        #expect(taken > 300, "seed \(seed)")
    }

    private static func issuer(_ name: String, _ prefix: String) -> Issuer {
        var issuer = Issuer(kind: .oidc, name: name, publication: .none, secret: secret, algorithms: [.hs256])
        issuer.accountPrefix = prefix
        issuer.organizationClaim = "org"
        return issuer
    }

    private static func verifier(_ issuers: [(String, String)]) throws -> TokenVerifier {
        try TokenVerifier(issuers: issuers.map { issuer($0.0, $0.1) })
    }

    private static func token(_ issuer: String, _ subject: String, organization: String? = nil) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            for (name, text) in [("iss", issuer), ("sub", subject), ("org", organization)] {
                guard let text else { continue }
                writer.name(name)
                writer.string(text)
            }
            writer.name("exp")
            writer.integer(4_000_000_000)
        }
        let message = Base64URL.encode(#"{"alg":"HS256"}"#.utf8) + "." + Base64URL.encode(writer.bytes)
        let code = HMAC<SHA256>.authenticationCode(for: Data(message.utf8), using: SymmetricKey(data: secret))
        return message + "." + Base64URL.encode(Array(code))
    }
}

/// SplitMix64.
private struct Chance: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
