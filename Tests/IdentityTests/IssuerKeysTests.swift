import ScripCore
import ScripIdentity
import Testing

@Suite(.timeLimit(.minutes(15))) struct IssuerKeysTests {
    static let address = "https://clerk.example.com/.well-known/jwks.json"

    @Test func `keys are fetched once for all who ask, kept for five minutes, and then fetched again`() async throws {
        let table = try TokenTable()
        let cache = Shelf(table.documents)
        let verifier = try TokenVerifier(issuers: table.issuers, fetcher: cache)
        let token = try table.token("Clerk, version 2, a user alone")
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { _ = try? await verifier.verify(token, at: table.now) } }
        }
        #expect(cache.count == 1)
        _ = try? await verifier.verify(token, at: table.now.adding(seconds: 299))
        #expect(cache.count == 1)
        _ = try? await verifier.verify(token, at: table.now.adding(seconds: 301))
        #expect(cache.count == 2)
    }

    @Test func `a key that was published meanwhile is found, and a flood of unknown keys fetches seldom`() async throws
    {
        let table = try TokenTable()
        let cache = Shelf(table.documents)
        let present = table.documents[IssuerKeysTests.address]
        cache.put(table.documents["before"], at: IssuerKeysTests.address)
        let verifier = try TokenVerifier(issuers: table.issuers, fetcher: cache)
        let next = try table.token("Clerk, signed with the next key")
        await #expect(throws: TokenRefusal.keyUnknown) { try await verifier.verify(next, at: table.now) }
        cache.put(present, at: IssuerKeysTests.address)
        for _ in 0..<100 {
            await #expect(throws: TokenRefusal.keyUnknown) {
                try await verifier.verify(next, at: table.now.adding(seconds: 5))
            }
        }
        #expect(cache.count == 1)
        _ = try await verifier.verify(next, at: table.now.adding(seconds: 11))
        #expect(cache.count == 2)
    }

    @Test func `a key that is withdrawn is refused once the keys are fetched again`() async throws {
        let table = try TokenTable()
        let cache = Shelf(table.documents)
        let verifier = try TokenVerifier(issuers: table.issuers, fetcher: cache)
        let token = try table.token("Keycloak, RS256 by discovery")
        let address = "https://login.example.com/realms/app/protocol/openid-connect/certs"
        _ = try await verifier.verify(token, at: table.now)
        cache.put(#"{"keys":[]}"#, at: address)
        _ = try await verifier.verify(token, at: table.now.adding(seconds: 40))
        await #expect(throws: TokenRefusal.keyUnknown) {
            try await verifier.verify(token, at: table.now.adding(seconds: 301))
        }
    }

    @Test func `an issuer out of reach does no harm for a day to those whose keys are known`() async throws {
        let table = try TokenTable()
        let cache = Shelf(table.documents)
        let verifier = try TokenVerifier(issuers: table.issuers, fetcher: cache)
        let token = try table.token("Clerk, version 2, a user alone")
        _ = try await verifier.verify(token, at: table.now)
        cache.put(nil, at: IssuerKeysTests.address)
        await #expect(throws: TokenRefusal.expired) {
            try await verifier.verify(token, at: table.now.adding(seconds: 3_600))
        }
        await #expect(throws: TokenRefusal.keysUnavailable) {
            try await verifier.verify(token, at: table.now.adding(seconds: 90_000))
        }
    }

    @Test(arguments: [
        "nothing", "{}", #"{"keys":7}"#,
        #"{"issuer":"https://evil.example.com","jwks_uri":"https://evil.example.com/jwks"}"#,
        #"{"issuer":"https://login.example.com/realms/app","jwks_uri":"http://169.254.169.254/keys"}"#,
    ])
    func `a discovery document that is not about its issuer leads nowhere`(document: String) async throws {
        let table = try TokenTable()
        let cache = Shelf(table.documents)
        cache.put(document, at: "https://login.example.com/realms/app/.well-known/openid-configuration")
        let verifier = try TokenVerifier(issuers: table.issuers, fetcher: cache)
        await #expect(throws: TokenRefusal.keysUnavailable) {
            try await verifier.verify(table.token("Keycloak, RS256 by discovery"), at: table.now)
        }
    }

    @Test func `what cannot be safe is refused before it is used`() throws {
        var weak = Issuer.supabase("https://x.supabase.co/auth/v1", secret: Array("short".utf8))
        #expect(throws: IssuerProblem.self) { try weak.validate() }
        weak = .clerk("http://clerk.example.com")
        #expect(throws: IssuerProblem.self) { try weak.validate() }
        weak = .clerk("http://localhost@evil.example.com")
        #expect(throws: IssuerProblem.self) { try weak.validate() }
        weak = .clerk("https://clerk.example.com")
        weak.algorithms = [.hs256]
        #expect(throws: IssuerProblem.self) { try weak.validate() }
        weak = .supabase("https://x.supabase.co/auth/v1")
        weak.organizationClaim = "user_metadata.organization"
        #expect(throws: IssuerProblem.self) { try weak.validate() }
        #expect(throws: IssuerProblem.self) {
            try TokenVerifier(issuers: [.clerk("https://a.example"), .oidc("https://a.example")])
        }
        try Issuer.oidc("http://127.0.0.1:8080/realms/app").validate()
    }
}
