import HTTPTypes
import ScripAPI
import ScripCore
import ScripEngine
import ScripJSON

/// API keys: making, listing, revoking.
enum Keys {
    @Sendable static func list(_ call: Call) async throws -> Answer {
        let keys = try await call.engine.apiKeys()
        return Answer.object { writer in
            writer.member("data", array: keys) { $0.key($1) }
            writer.member("next_cursor", String?.none)
        }
    }

    @Sendable static func create(_ call: Call) async throws -> Answer {
        let request = try KeyRequest(json: call.json())
        let scopes = try request.kind == "publishable" ? [] : request.scopes.map { try scope($0, call) }
        let kinds: [String: KeyKind] = ["restricted": .restricted, "publishable": .publishable]
        let made = try await call.engine.createKey(
            name: request.name, scopes: scopes, expiresAt: request.expiresAt.map { Timestamp(microseconds: $0) },
            kind: kinds[request.kind] ?? .secret, mode: KeyMode(rawValue: request.mode) ?? .live,
            origins: request.origins, origin: try call.origin()
        )
        return Answer.object(.created) { writer in
            writer.key(made.key)
            writer.member("secret", made.secret.text)
        }
    }

    @Sendable static func rotate(_ call: Call) async throws -> Answer {
        let request = try RotationRequest(json: call.json())
        let id = call.parameters["key"] ?? ""
        let old = try await call.engine.apiKey(id)
        for word in old?.scopes ?? [] { _ = try scope(word, call) }
        guard
            let made = try await call.engine.rotateKey(
                id, overlapSeconds: request.overlapSeconds, origin: call.origin())
        else {
            throw RequestRefusal(404, .notFound, "No such key", "There is no such key, or it has ended.")
        }
        return Answer.object(.created) { writer in
            writer.key(made.key)
            writer.member("secret", made.secret.text)
            writer.member("previous") { $0.key(made.previous) }
        }
    }

    /// Nobody can make a key that may do more than the one it is made with.
    private static func scope(_ word: String, _ call: Call) throws -> Scope {
        guard let scope = Scope(rawValue: word) else {
            let known = Scope.allCases.map(\.rawValue).joined(separator: ", ")
            throw Rejection.invalid(field: "scopes", rule: "must be among \(known)")
        }
        if call.key?.allows(scope) != true { throw AccessRefusal.missingScope(scope) }
        return scope
    }

    @Sendable static func revoke(_ call: Call) async throws -> Answer {
        guard let key = try await call.engine.revokeKey(call.parameters["key"] ?? "", origin: call.origin()) else {
            throw RequestRefusal(404, .notFound, "No such key", "There is no such key.")
        }
        return Answer.object { $0.key(key) }
    }
}
