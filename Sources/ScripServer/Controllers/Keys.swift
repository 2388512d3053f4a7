import HTTPTypes
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// API keys: making, listing, rotating, revoking. Who may do what to which is `KeyPowers`' to say.
enum Keys {
    /// Whoever calls, as a manager of keys; without a key, nobody is one.
    private static func manager(_ call: Call) throws -> KeyManager {
        guard let key = call.key else { throw AccessRefusal.noKey }
        return .key(KeyPowers(key))
    }

    @Sendable static func list(_ call: Call) async throws -> Answer {
        let manager = try manager(call)
        let (all, damaged) = try await call.engine.apiKeyList()
        let keys = all.filter { manager.sees(KeyPowers($0)) }
        return Answer.object { writer in
            writer.member("data", array: keys) { $0.key($1) }
            writer.member("next_cursor", String?.none)
            writer.damaged(damaged)
        }
    }

    @Sendable static func create(_ call: Call) async throws -> Answer {
        let request = try KeyRequest(json: call.json())
        let manager = try manager(call)
        let scopes = try request.kind == .publishable ? [] : request.scopes.map { try scope($0) }
        let made = try await call.engine.createKey(
            name: request.name, scopes: scopes, expiresAt: request.expiresAt,
            kind: request.kind,
            mode: request.mode ?? call.configuration.mode,
            origins: request.origins, by: manager, origin: try call.unkeyedOrigin()
        )
        return Answer.object(.created) { writer in
            writer.key(made.key)
            writer.member("secret", made.secret.text)
        }
    }

    @Sendable static func rotate(_ call: Call) async throws -> Answer {
        let request = try RotationRequest(json: call.json())
        let rotated = try await call.engine.rotateKey(
            call.parameters["key"] ?? "", overlapSeconds: request.overlapSeconds, by: manager(call),
            origin: call.unkeyedOrigin())
        guard let made = rotated else {
            throw RequestRefusal(404, .notFound, "No such key", "There is no such key, or it has expired.")
        }
        return Answer.object(.created) { writer in
            writer.key(made.key)
            writer.member("secret", made.secret.text)
            writer.member("previous") { $0.key(made.previous) }
        }
    }

    private static func scope(_ word: String) throws -> Scope {
        if let scope = Scope(rawValue: word) { return scope }
        let known = Scope.allCases.map(\.rawValue).joined(separator: ", ")
        throw Rejection.invalid(field: "scopes", rule: "must be among \(known)")
    }

    @Sendable static func revoke(_ call: Call) async throws -> Answer {
        let isLastAllowed = call.query["even_if_last"] == "true"
        let revoked = try await call.engine.revokeKey(
            call.parameters["key"] ?? "", by: manager(call), isLastAllowed: isLastAllowed, origin: call.origin())
        guard let key = revoked else {
            throw RequestRefusal(404, .notFound, "No such key", "There is no such key.")
        }
        return Answer.object { $0.key(key) }
    }
}
