import HTTPTypes
import ScripEngine
import ScripJSON
import ScripTesting
import Testing

@testable import ScripServer

/// Which key may do what to which key: the rule as a table of all pairs, by itself and over HTTP.
@Suite(.timeLimit(.minutes(15))) struct KeyLatticeTests {
    /// Powers of every kind and of both modes, with the scopes that tell the rules apart.
    private static let all: [KeyPowers] = KeyMode.allCases.flatMap { mode in
        [
            KeyPowers(kind: .secret, mode: mode, scopes: ["all"]),
            KeyPowers(kind: .secret, mode: mode, scopes: ["keys:admin"]),
            KeyPowers(kind: .secret, mode: mode, scopes: ["keys:admin", "charges:write"]),
            KeyPowers(kind: .secret, mode: mode, scopes: ["charges:write"]),
            KeyPowers(kind: .restricted, mode: mode, scopes: ["all"]),
            KeyPowers(kind: .restricted, mode: mode, scopes: ["keys:admin"]),
            KeyPowers(kind: .restricted, mode: mode, scopes: ["keys:admin", "charges:write"]),
            KeyPowers(kind: .restricted, mode: mode, scopes: ["charges:write"]),
            KeyPowers(kind: .publishable, mode: mode, scopes: []),
        ]
    }

    /// Who manages whom within a mode: a row for each manager of ``all``, a column for each key, `x` for yes.
    private static let table = [
        "xxxxxxxxx",  // secret, all
        ".x...x..x",  // secret, keys:admin
        ".xxx.xxxx",  // secret, keys:admin charges:write
        ".........",  // secret, charges:write
        "....xxxxx",  // restricted, all
        ".....x..x",  // restricted, keys:admin
        ".....xxxx",  // restricted, keys:admin charges:write
        ".........",  // restricted, charges:write
        ".........",  // publishable
    ].map(Array.init)

    private static func mayManage(_ manager: Int, _ other: Int) -> Bool {
        let count = table.count
        return manager / count == other / count && table[manager % count][other % count] == "x"
    }

    @Test func `every pair of powers is as the table says, for every deed`() {
        for (manager, own) in Self.all.enumerated() {
            for (place, other) in Self.all.enumerated() {
                for deed in KeyDeed.allCases {
                    let expected =
                        deed == .list
                        ? own.managesKeys && own.mode == other.mode : Self.mayManage(manager, place)
                    let refusal = KeyManager.key(own).refusal(of: deed, to: other)
                    #expect((refusal == nil) == expected, "\(own) \(deed.rawValue) \(other)")
                    #expect(KeyManager.commandLine.refusal(of: deed, to: other) == nil)
                }
            }
        }
    }

    @Test func `it is a lattice: what is covered by what is covered is covered, and none but equals cover each other`()
    {
        for first in Self.all {
            #expect(first.covers(first))
            for second in Self.all where first.covers(second) {
                #expect(first == second || !second.covers(first), "\(first) \(second)")
                for third in Self.all where second.covers(third) { #expect(first.covers(third)) }
            }
        }
    }

    @Test(arguments: KeyMode.allCases)
    func `over HTTP every pair is as the table says`(mode: KeyMode) async throws {
        try await TestServer.run(configuration: ServerConfiguration(mode: mode)) { server in
            let managers = Self.all.indices.filter { Self.all[$0].mode == mode && Self.all[$0].kind != .publishable }
            for manager in managers {
                let secret = try await Self.make(Self.all[manager], server).secret
                for (place, other) in Self.all.enumerated() {
                    let isAllowed = Self.mayManage(manager, place)
                    let pair = "\(Self.all[manager]) \(other)"
                    let created = try await server.call(.post, "/v1/keys", Self.body(other), secret: secret)
                    #expect(created.status == (isAllowed ? 201 : 403), "\(pair): \(created)")
                    let key = try await Self.make(other, server).id
                    let rotated = try await server.call(.post, "/v1/keys/\(key)/rotate", "{}", secret: secret)
                    #expect(rotated.status == (isAllowed ? 201 : 403), "\(pair): \(rotated)")
                    let revoked = try await server.call(.delete, "/v1/keys/\(key)", secret: secret)
                    #expect(revoked.status == (isAllowed ? 200 : 403), "\(pair): \(revoked)")
                    if !isAllowed {
                        let untouched = try #require(try await server.engine.apiKey(key))
                        #expect(untouched.revokedAt == nil && untouched.replacedBy == nil, "\(pair)")
                    }
                }
                let list = try await server.call(.get, "/v1/keys", secret: secret)
                if Self.all[manager].managesKeys {
                    let modes = Set(list.json["data"]?.arrayValue?.compactMap { $0["mode"]?.stringValue } ?? [])
                    #expect(modes == [mode.rawValue])
                } else {
                    #expect(list.status == 403)
                }
            }
        }
    }

    @Test func `a key that does not say its mode is of the server's`() async throws {
        try await TestServer.run(configuration: ServerConfiguration(mode: .test)) { server in
            let admin = try await server.engine.createKey(name: "admin", mode: .test).secret.text
            let made = try await server.call(.post, "/v1/keys", #"{"name":"app"}"#, secret: admin)
            #expect(made.status == 201 && made["mode"] == "test", "\(made)")
        }
    }

    @Test func `the last key that manages keys is ended only by whoever says so`() async throws {
        try await TestServer.run { server in
            let own = try #require(try await server.engine.apiKeys().first?.id)
            let refused = try await server.call(.delete, "/v1/keys/\(own)")
            #expect(refused.status == 409 && refused["code"] == "last_key_manager", "\(refused)")
            // One that has ended, and one that manages nothing, do not help.
            let ended = try await server.engine.createKey(name: "ended", expiresAt: server.clock.now())
            _ = try await server.engine.createKey(name: "app", scopes: [.chargesWrite])
            #expect(try await server.call(.delete, "/v1/keys/\(own)")["code"] == "last_key_manager")
            #expect(try await server.call(.delete, "/v1/keys/\(ended.key.id)").status == 200)
            let other = try await server.engine.createKey(name: "other", scopes: [.keysAdmin])
            #expect(try await server.call(.delete, "/v1/keys/\(other.key.id)").status == 200)
            let last = try await server.call(.delete, "/v1/keys/\(own)?even_if_last=true")
            #expect(last.status == 200, "\(last)")
            #expect(try await server.engine.isWithoutManager(mode: .live))
        }
    }

    @Test func `a rotated key names its successor to whoever rotates it again`() async throws {
        try await TestServer.run { server in
            let key = try await server.engine.createKey(name: "app").key.id
            let first = try await server.call(.post, "/v1/keys/\(key)/rotate", "{}")
            let again = try await server.call(.post, "/v1/keys/\(key)/rotate", "{}")
            #expect(again.status == 409 && again["code"] == "key_already_rotated", "\(again)")
            let successor = try #require(first["id"])
            #expect(again["detail"]?.contains(successor) == true)
        }
    }

    private static func make(_ powers: KeyPowers, _ server: TestServer) async throws -> (id: String, secret: String) {
        let made = try await server.engine.createKey(
            name: "k", scopes: powers.scopes.compactMap { Scope(rawValue: $0) }, kind: powers.kind, mode: powers.mode)
        return (made.key.id, made.secret.text)
    }

    private static func body(_ powers: KeyPowers) -> String {
        let kinds: [KeyKind: String] = [.secret: "secret", .restricted: "restricted", .publishable: "publishable"]
        let scopes = powers.scopes.sorted().map { "\"\($0)\"" }.joined(separator: ",")
        let stated = powers.kind == .publishable ? "" : #","scopes":[\#(scopes)]"#
        return #"{"name":"k","kind":"\#(kinds[powers.kind] ?? "")","mode":"\#(powers.mode.rawValue)"\#(stated)}"#
    }
}
