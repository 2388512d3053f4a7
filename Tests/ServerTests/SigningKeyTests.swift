import HTTPTypes
import Logging
import ScripCore
import ScripEngine
import ScripTesting
import Testing

@testable import ScripServer

/// What somebody can do who has a signing key, and how that ends.
@Suite(.timeLimit(.minutes(15))) struct SigningKeyTests {
    private let day: Int64 = 86_400

    private func token(
        _ server: TestServer, issued: Int64? = 0, expires: Int64, with key: SigningKey
    ) -> String {
        let now = server.clock.now()
        return SessionToken(
            account: AccountID(unchecked: "ada"), user: "ada", isReadOnly: false,
            issuedAt: issued.map { now.adding(seconds: $0) }, expiresAt: now.adding(seconds: expires)
        ).signed(with: key)
    }

    private func balance(_ server: TestServer, _ token: String) async throws -> TestServer.Reply {
        try await server.call(.get, "/api/credits/balance", secret: token)
    }

    @Test func `no signature makes a token live longer than any may`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let key = try await server.engine.signingKey()
            let tooLong: [(Int64?, Int64)] = [
                (0, 10 * 365 * day), (nil, 10 * 365 * day), (0, day + 1), (-day, 3_600), (-60, day), (nil, day + 61),
                (.min, 60), (0, .max), (nil, .max),
            ]
            for (issued, expires) in tooLong {
                let reply = try await balance(server, token(server, issued: issued, expires: expires, with: key))
                #expect(reply.status == 401, "\(String(describing: issued)) \(expires)")
                #expect(reply["reason"] == "token_life_too_long", "\(String(describing: issued)) \(expires)")
            }
            for issued in [61, 3_600, 10 * day, .max] as [Int64] {
                let reply = try await balance(server, token(server, issued: issued, expires: 600, with: key))
                #expect(reply["reason"] == "token_issued_in_future", "\(issued)")
            }
            for (issued, expires) in [(0, day), (-day + 60, 60), (60, day), (nil, day)] as [(Int64?, Int64)] {
                let reply = try await balance(server, token(server, issued: issued, expires: expires, with: key))
                #expect(reply.status == 200, "\(String(describing: issued)) \(expires)")
            }
        }
    }

    @Test func `a key signs for a month, verifies for a day more, and is gone`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let engine = server.engine
            let first = try await engine.signingKey()
            server.clock.advance(seconds: 30 * day - 1)
            #expect(try await engine.signingKey().secret == first.secret)
            let last = token(server, expires: day, with: first)
            server.clock.advance(seconds: 1)
            try await engine.tendSigningKeys()
            let second = try await engine.signingKey()
            #expect(second.id != first.id)
            server.clock.advance(seconds: day - 2)
            #expect(try await balance(server, last).status == 200)
            server.clock.advance(seconds: 200)
            try await engine.tendSigningKeys()
            #expect(try await engine.storedSigningKeys().map(\.id) == [second.id])
            let stolen = try await balance(server, token(server, expires: 600, with: first))
            #expect(stolen["reason"] == "token_key_unknown")
            #expect(try await balance(server, token(server, expires: 600, with: second)).status == 200)
        }
    }

    @Test func `a key ends by itself although nothing tends it`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let key = try await server.engine.signingKey()
            server.clock.advance(seconds: 31 * day + 200)
            let reply = try await balance(server, token(server, expires: 600, with: key))
            #expect(reply["reason"] == "token_key_unknown")
        }
    }

    @Test func `a rotated key verifies on, a retired one does not, for other instances within a minute`() async throws {
        let store = MemoryLedgerStore()
        try await TestServer.run(store: store) { server in
            _ = try await server.call(.put, "/v1/accounts/ada", "{}")
            let other = try await Engine(
                store: store, clock: server.clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let first = try await server.engine.signingKey()
            let old = token(server, expires: day, with: first)
            let second = try await other.rotateSigningKey()
            #expect(try await balance(server, old).status == 200)
            #expect(try await balance(server, token(server, expires: 60, with: second)).status == 200)
            server.clock.advance(seconds: 60)
            #expect(try await server.engine.signingKey().id == second.id)
            #expect(try await balance(server, old).status == 200)
            #expect(try await other.retireSigningKey(first.id)?.id == first.id)
            #expect(try await other.retireSigningKey(first.id) == nil)
            server.clock.advance(seconds: 60)
            #expect(try await balance(server, old)["reason"] == "token_key_unknown")
            // Without any key left, the next token brings one.
            _ = try await server.engine.retireSigningKey(second.id)
            let made = try await server.call(.post, "/v1/sessions", #"{"account":"ada"}"#)
            #expect(try await balance(server, #require(made["token"])).status == 200)
            let audit = try await server.call(.get, "/v1/audit?action=signing_key_retired")
            #expect(audit["data", "0", "subject"] == second.id, "\(audit)")
        }
    }
}
