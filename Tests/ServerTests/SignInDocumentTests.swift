import ScripIdentity
import ScripServer
import Testing

@Suite(.timeLimit(.minutes(15))) struct SignInDocumentTests {
    private static let yaml = """
        # Whose tokens are believed.
        open_accounts: true
        allowed_origins: [https://app.example.com]
        issuers:
          - kind: clerk
            issuer: https://clerk.example.com
            authorized_parties: [https://app.example.com]
            authorized_party_required: false
          - kind: supabase
            issuer: https://ref.supabase.co/auth/v1
            secret: "a secret of at least thirty-two bytes"
            account_prefix: "s:"
          - kind: oidc
            issuer: https://tenant.example.com/
            jwks_url: https://keys.example.com/set
            algorithms: [ES256, EdDSA]
            audiences: [https://api.example.com]
            leeway_seconds: 30
            subject_claim: user.id
            organization_claim: https://example.com/org
            account: organization
            account_prefix: "a0:"
        """

    private static let json = """
        {"open_accounts": true, "allowed_origins": ["https://app.example.com"], "issuers": [
          {"kind": "clerk", "issuer": "https://clerk.example.com", "authorized_parties": ["https://app.example.com"],
           "authorized_party_required": false},
          {"kind": "supabase", "issuer": "https://ref.supabase.co/auth/v1",
           "secret": "a secret of at least thirty-two bytes", "account_prefix": "s:"},
          {"kind": "oidc", "issuer": "https://tenant.example.com/", "jwks_url": "https:\\/\\/keys.example.com/set",
           "algorithms": ["ES256", "EdDSA"], "audiences": ["https://api.example.com"], "leeway_seconds": 30,
           "subject_claim": "user.id", "organization_claim": "https://example.com/org", "account": "organization",
           "account_prefix": "a0:"}]}
        """

    @Test func `YAML and JSON say the same, and every setting arrives`() throws {
        let document = try SignInDocument(SignInDocumentTests.yaml)
        let same = try SignInDocument(SignInDocumentTests.json)
        #expect(document.issuers == same.issuers && document.allowedOrigins == same.allowedOrigins)
        #expect(document.opensAccounts && same.opensAccounts)
        #expect(document.allowedOrigins == ["https://app.example.com"])
        var clerk = Issuer.clerk("https://clerk.example.com", authorizedParties: ["https://app.example.com"])
        clerk.requiresParty = false
        var supabase = Issuer.supabase(
            "https://ref.supabase.co/auth/v1", secret: Array("a secret of at least thirty-two bytes".utf8))
        supabase.accountPrefix = "s:"
        var other = Issuer(
            kind: .oidc, name: "https://tenant.example.com/", publication: .keySet("https://keys.example.com/set"),
            algorithms: [.es256, .edDSA], audiences: ["https://api.example.com"])
        other.leewaySeconds = 30
        other.subjectClaim = "user.id"
        other.organizationClaim = "https://example.com/org"
        other.accountRule = .organization
        other.accountPrefix = "a0:"
        #expect(document.issuers == [clerk, supabase, other])
    }

    @Test func `what is not said is as it is by default, and an issuer without published keys needs no address`() throws
    {
        let none = try SignInDocument("issuers: []")
        #expect(none.issuers.isEmpty && none.allowedOrigins.isEmpty && !none.opensAccounts)
        let plain = try SignInDocument("issuers: [{kind: oidc, issuer: https://login.example.com}]")
        #expect(plain.issuers == [.oidc("https://login.example.com")])
        let secret = String(repeating: "s", count: 32)
        let own = try SignInDocument("issuers: [{kind: oidc, issuer: app, secret: \(secret), algorithms: [HS256]}]")
        #expect(own.issuers.first?.publication == Issuer.Publication.none)
    }

    private static let clerk = "issuers: [{kind: clerk, issuer: https://a.example"

    @Test(arguments: [
        ("", "the file is empty"),
        ("issuers: 7", "line 1: 'issuers' must be a list"),
        ("- a", "line 1: the file must be a mapping of names to values"),
        ("issuer: []", "line 1: 'issuer' is not a key that is known here; did you mean 'issuers'?"),
        ("open_accounts: yes", "line 1: 'open_accounts' must be true or false"),
        ("open_accounts: \"true\"", "line 1: 'open_accounts' must be true or false"),
        ("open_accounts: true\nopen_accounts: false", "line 1: the file has 'open_accounts' twice"),
        ("allowed_origins: ['*']", "line 1: 'allowed_origins[0]' must be an origin such as https://app.example.com"),
        ("allowed_origins: [https://app.example.com/]", "'allowed_origins[0]' must be an origin"),
        ("issuers: [{issuer: https://a.example}]", "line 1: 'issuers[0]' needs 'kind'"),
        ("issuers: [{kind: clerk}]", "line 1: 'issuers[0]' needs 'issuer'"),
        ("issuers:\n  - kind: okta\n    issuer: a", "line 2: 'issuers[0].kind' must be one of clerk, supabase, oidc"),
        ("issuers: [{kind: clerk, issuer: }]", "'issuers[0].issuer' must be a text of 1 to 512 bytes"),
        (clerk + ", secrets: a}]", "'issuers[0].secrets' is not a key that is known here; did you mean 'secret'?"),
        (clerk + ", algorithms: [RS265]}]", "line 1: 'issuers[0].algorithms[0]' must be one of HS256, HS384"),
        (clerk + ", algorithms: []}]", "'issuers[0].algorithms' must not be empty: leave it out"),
        (clerk + ", algorithms: [none]}]", "'issuers[0].algorithms[0]' must be one of"),
        (clerk + ", algorithms: [HS256]}]", "'issuers[0].algorithms' must not contain HS256 without a secret"),
        (clerk + ", audiences: api}]", "'issuers[0].audiences' must be a list"),
        (clerk + ", leeway_seconds: 301}]", "'issuers[0].leeway_seconds' must be a whole number from 0 to 300"),
        (clerk + ", leeway_seconds: 1.5}]", "'issuers[0].leeway_seconds' must be a whole number from 0 to 300"),
        (clerk + ", account: team}]", "'issuers[0].account' must be one of organization_or_user, user, organization"),
        (clerk + ", jwks_url: http://a.example/jwks}]", "'issuers[0].jwks_url' must be an https address"),
        (clerk + ", subject_claim: user_metadata.id}]", "'issuers[0].subject_claim' must not identify users by"),
        (clerk + ", secret: short, algorithms: [HS256]}]", "'issuers[0].secret' must have at least 32 bytes"),
        (
            clerk + ", secret: of-thirty-two-bytes-0123456789ab}]",
            "'issuers[0].secret' needs HS256, HS384 or HS512 in 'algorithms'"
        ),
        (clerk + "}, {kind: oidc, issuer: https://a.example}]", "'issuers[1].issuer' is configured twice"),
        (
            clerk + "}, {kind: oidc, issuer: https://b.example}]",
            "line 1: 'issuers[1].account_prefix' must be one that the issuer 'https://a.example' does not have"
        ),
        (
            clerk + ", account_prefix: 'a:'},\n{kind: oidc, issuer: https://b.example, account_prefix: 'a:'}]",
            "line 2: 'issuers[1].account_prefix' must be one that the issuer 'https://a.example' does not have"
        ),
        ("issuers: [{kind: clerk, issuer: http://a.example}]", "'issuers[0].issuer' must be an https address"),
        ("issuers: [&a {kind: clerk, issuer: https://a.example}, *a]", "'issuers[0]' may not use anchors and aliases"),
        ("issuers: [{kind: clerk", "the file is not YAML"),
        (
            "{\"issuers\": [\n{\"kind\": null, \"issuer\": \"a\"}]}",
            "line 2: 'issuers[0].kind' must be a text, not null"
        ),
    ])
    func `what is wrong is named with its place and the rule`(text: String, message: String) {
        #expect {
            try SignInDocument(text)
        } throws: {
            "\($0)".contains(message)
        }
    }

    @Test func `a document and its lists have limits`() {
        let origins = (0...64).map { "https://a\($0).example" }.joined(separator: ", ")
        #expect(throws: SignInProblem.self) { try SignInDocument("allowed_origins: [\(origins)]") }
        #expect(throws: SignInProblem.self) {
            try SignInDocument("# " + String(repeating: "a", count: SignInDocument.maxBytes))
        }
    }
}
