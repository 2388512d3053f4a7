import ScripCore
import ScripIdentity
import ScripJSON
import Testing

@Suite(.timeLimit(.minutes(15))) struct TokenTableTests {
    @Test func `every good token says who it speaks for`() async throws {
        let table = try TokenTable()
        let verifier = try TokenVerifier(issuers: table.issuers, fetcher: Shelf(table.documents))
        #expect(table.accepted.count >= 28)
        for (name, token, expected) in table.accepted {
            do {
                let identity = try await verifier.verify(token, at: table.now)
                #expect(identity.account.rawValue == expected["account"]?.stringValue, "\(name)")
                #expect(identity.isOrganization == (expected["organization"]?.boolValue ?? false), "\(name)")
                #expect(identity.isReadOnly == (expected["read_only"]?.boolValue ?? false), "\(name)")
            } catch {
                Issue.record("\(name): \(error)")
            }
        }
    }

    @Test func `every bad token is refused for its own reason`() async throws {
        let table = try TokenTable()
        let verifier = try TokenVerifier(issuers: table.issuers, fetcher: Shelf(table.documents))
        #expect(table.refused.count >= 76)
        for (name, token, reason) in table.refused {
            do {
                _ = try await verifier.verify(token, at: table.now)
                Issue.record("\(name) is believed")
            } catch {
                #expect(error.rawValue == reason, "\(name)")
            }
        }
        let seen = Set(table.refused.map(\.reason))
        let elsewhere: Set = [
            "token_keys_unavailable", "token_organization_missing", "token_life_too_long", "token_account_kind_wrong",
        ]
        #expect(seen.union(elsewhere) == Set(TokenRefusal.allCases.map(\.rawValue)))
    }

    @Test func `no change of a byte makes another token that is believed`() async throws {
        let table = try TokenTable()
        let verifier = try TokenVerifier(issuers: table.issuers, fetcher: Shelf(table.documents))
        let seed = UInt64.random(in: .min ... .max)
        var generator = Chance(state: seed)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ {\"".utf8)
        for round in 0..<4_000 {
            let good = Array(table.accepted[round % table.accepted.count].token.utf8)
            var bytes = good
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0...3, using: &generator) {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(alphabet.randomElement(using: &generator) ?? 0x41, at: place)
                default: bytes[place] = alphabet.randomElement(using: &generator) ?? 0x41
                }
            }
            if bytes == good { continue }
            let token = String(decoding: bytes, as: UTF8.self)
            let identity = try? await verifier.verify(token, at: table.now)
            #expect(identity == nil, "seed \(seed): \(token)")
        }
    }

    @Test func `who stands for what is a matter of configuration`() async throws {
        let table = try TokenTable()
        let name = "Clerk, version 2, in an organisation"
        for (rule, account) in [
            (Issuer.AccountRule.user, "user_1"), (.organization, "org_1"), (.organizationOrUser, "org_1"),
        ] {
            var issuers = table.issuers
            issuers[0].accountRule = rule
            let verifier = try TokenVerifier(issuers: issuers, fetcher: Shelf(table.documents))
            #expect(try await verifier.verify(table.token(name), at: table.now).account.rawValue == account)
            guard rule == .organization else { continue }
            await #expect(throws: TokenRefusal.organizationMissing) {
                try await verifier.verify(table.token("Clerk, version 2, a user alone"), at: table.now)
            }
        }
    }

    @Test(arguments: ["", "sb:"])
    func `no two issuers may have one prefix`(prefix: String) throws {
        var issuers = try TokenTable().issuers
        issuers[1].accountPrefix = prefix
        issuers[2].accountPrefix = prefix
        #expect {
            try TokenVerifier(issuers: issuers)
        } throws: {
            let problem = $0 as? IssuerProblem
            return problem?.setting == "account_prefix"
                && problem?.issuer == issuers[prefix.isEmpty ? 1 : 2].name
                && problem?.rule.contains(issuers[prefix.isEmpty ? 0 : 1].name) == true
        }
    }

    @Test func `a subject that looks like another issuer's prefix stands for nobody`() async throws {
        let table = try TokenTable()
        var issuers = table.issuers
        issuers[1].accountPrefix = "user_"
        let verifier = try TokenVerifier(issuers: issuers, fetcher: Shelf(table.documents))
        let (user, organization) = ("Clerk, version 2, a user alone", "Clerk, version 2, in an organisation")
        await #expect(throws: TokenRefusal.subjectInvalid) {
            try await verifier.verify(table.token(user), at: table.now)
        }
        #expect(try await verifier.verify(table.token(organization), at: table.now).account.rawValue == "org_1")
        let own = try await verifier.verify(table.token("Supabase, ES256"), at: table.now)
        #expect(own.account.rawValue == "user_" + own.subject)
        issuers[1].accountPrefix = "org_"
        let other = try TokenVerifier(issuers: issuers, fetcher: Shelf(table.documents))
        #expect(try await other.verify(table.token(user), at: table.now).account.rawValue == "user_1")
        await #expect(throws: TokenRefusal.subjectInvalid) {
            try await other.verify(table.token(organization), at: table.now)
        }
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
