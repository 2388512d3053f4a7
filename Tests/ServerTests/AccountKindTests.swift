import HTTPTypes
import ScripCore
import ScripEngine
import ScripIdentity
import ScripTesting
import Testing

@testable import ScripServer

/// An organisation's claim never opens a user's account, nor the other way round, unless that is configured.
@Suite(.timeLimit(.minutes(15))) struct AccountKindTests {
    private static let asOrganization: [(String, String)] = [
        ("Clerk, version 2", #","o":{"id":"acme"}"#), ("Clerk, version 1", #","org_id":"acme""#),
    ]

    @Test(arguments: asOrganization)
    func `a user named like an organisation does not open it, nor an organisation a user's account`(
        version: (label: String, claims: String)
    ) async throws {
        try await TestServer.run(configuration: UserToken.configuration()) { server in
            _ = try await server.call(.put, "/v1/accounts/acme", #"{"plan":"pro","kind":"organization"}"#)
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let member = UserToken.make("ada", claims: version.claims)
            #expect(try await server.call(.get, "/api/credits/balance", secret: member)["account"] == "acme")
            #expect(
                try await server.call(.get, "/api/credits/balance", secret: UserToken.make("ada"))["account"] == "ada")
            let namesake = UserToken.make("acme")
            let organization = UserToken.make("eve", claims: version.claims.replacing("acme", with: "ada"))
            for token in [namesake, organization] {
                for route in Routes.all where route.audience == .users {
                    let path = route.path.replacing("{purchase}", with: "pu_1")
                    let reply = try await server.call(route.method, path, "{}", secret: token)
                    #expect(reply.status == 401, "\(version.label) \(route.method) \(path): \(reply)")
                    #expect(reply["reason"] == "token_account_kind_wrong", "\(version.label) \(path): \(reply)")
                }
            }
        }
    }

    @Test func `whoever comes first opens the account, and nobody of the other kind comes in after`() async throws {
        try await TestServer.run(configuration: UserToken.configuration(opensAccounts: true)) { server in
            let tokens = [UserToken.make("same"), UserToken.make("ada", claims: #","o":{"id":"same"}"#)]
            let statuses = await Self.statuses(of: tokens, server)
            #expect(statuses.filter { $0 == 200 }.count == 8 && statuses.filter { $0 == 401 }.count == 8)
            let other = try await server.call(.get, "/v1/accounts/ada")
            #expect(other.status == 404)
        }
    }

    @Test func `an empty or blank organisation is not the user, and no account of its own`() async throws {
        try await TestServer.run(configuration: UserToken.configuration(opensAccounts: true)) { server in
            for claims in [
                #","o":{"id":""}"#, #","o":{"id":" "}"#, #","org_id":"""#, #","org_id":"\u0000""#,
                #","org_id":"\u200b""#,
            ] {
                let reply = try await server.call(
                    .get, "/api/credits/balance", secret: UserToken.make("ada", claims: claims))
                #expect(reply.status == 401 && reply["reason"] == "token_subject_invalid", "\(claims): \(reply)")
            }
            #expect(try await server.call(.get, "/v1/accounts")["data", "0"] == nil)
        }
    }

    @Test func `where it is configured, the kind of an account does not matter`() async throws {
        var issuer = UserToken.issuer
        issuer.opensAnyKind = true
        let configuration = ServerConfiguration(
            users: UsersConfiguration(verifier: try TokenVerifier(issuers: [issuer])))
        try await TestServer.run(configuration: configuration) { server in
            _ = try await server.call(.put, "/v1/accounts/acme", #"{"kind":"organization"}"#)
            let reply = try await server.call(.get, "/api/credits/balance", secret: UserToken.make("acme"))
            #expect(reply.status == 200, "\(reply)")
        }
    }

    @Test func `a session token is for any account that the app's server names, and its user is not blank`()
        async throws
    {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/acme", #"{"kind":"organization"}"#)
            let made = try await server.call(.post, "/v1/sessions", #"{"account":"acme","user":"ada"}"#)
            let reply = try await server.call(.get, "/api/credits/balance", secret: made["token"])
            #expect(reply["account"] == "acme", "\(reply)")
            for user in ["", " ", #"\u0000"#, #"\u200b"#, #" ada"#] {
                let refused = try await server.call(
                    .post, "/v1/sessions", #"{"account":"acme","user":"\#(user)"}"#)
                #expect(refused.status == 400, "\(refused)")
            }
        }
    }

    private static func statuses(of tokens: [String], _ server: TestServer) async -> [Int] {
        await withTaskGroup(of: Int.self) { group in
            for turn in 0..<16 {
                group.addTask {
                    let reply = try? await server.call(.get, "/api/credits/balance", secret: tokens[turn % 2])
                    return reply?.status ?? 0
                }
            }
            return await group.reduce(into: [Int]()) { $0.append($1) }
        }
    }
}
