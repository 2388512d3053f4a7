import HTTPTypes
import ScripCore
import ScripEngine
import ScripIdentity

/// Decides who is calling, and whether the route is for them.
struct Authenticator: Sendable {
    let engine: Engine
    let configuration: ServerConfiguration
    private let kinds = AccountKinds()

    init(engine: Engine, configuration: ServerConfiguration) {
        self.engine = engine
        self.configuration = configuration
    }

    /// The caller that was let in.
    struct Admission: Sendable {
        var key: StoredKey?
        var user: SignedInUser?
    }

    func admit(_ headers: HTTPFields, to audience: Audience, from caller: Caller) async throws -> Admission {
        switch audience {
        case .everyone: Admission()
        case .servers(let scope): Admission(key: try await server(headers, scope: scope))
        case .users: Admission(user: try await user(headers, from: caller))
        }
    }

    private func server(_ headers: HTTPFields, scope: Scope) async throws -> StoredKey {
        guard let presented = Authenticator.bearer(in: headers) else { throw AccessRefusal.noKey }
        if TokenParts.isLikely(presented) || presented.hasPrefix(SessionToken.prefix) {
            throw AccessRefusal.tokenForServersRoute
        }
        let key = try await engine.authenticate(presented)
        if key.kind == .publishable { throw AccessRefusal.tokenForServersRoute }
        if key.mode != configuration.mode { throw AccessRefusal.wrongMode }
        if !key.allows(scope) { throw AccessRefusal.missingScope(scope) }
        return key
    }

    private func user(_ headers: HTTPFields, from caller: Caller) async throws -> SignedInUser {
        guard let presented = Authenticator.bearer(in: headers) else { throw AccessRefusal.noToken }
        try await checkPublishableKey(headers)
        if presented.hasPrefix(SessionToken.prefix) {
            return SignedInUser(try await SessionToken.read(presented, engine: engine))
        }
        if presented.hasPrefix("scrip_") { throw AccessRefusal.keyForUsersRoute }
        guard let verifier = configuration.users.verifier else { throw TokenRefusal.issuerUnknown }
        let identity = try await verifier.verify(presented, at: engine.clock.now())
        let user = SignedInUser(identity)
        let meant: AccountSettings.Kind = identity.isOrganization ? .organization : .user
        var kind = try await kinds.kind(of: user.account, in: engine)
        if kind == nil && configuration.users.opensAccounts && !user.isReadOnly {
            try await engine.openOnFirstSight(user.account, kind: meant, origin: user.origin(from: caller))
            // Somebody of the other kind may have been a moment earlier.
            kind = try await kinds.kind(of: user.account, in: engine)
        }
        if let kind, kind != meant, !identity.opensAnyKind { throw TokenRefusal.accountKindWrong }
        return user
    }

    /// A page may name its app by a publishable key. One that is presented must be good, and from where it may be used.
    private func checkPublishableKey(_ headers: HTTPFields) async throws {
        guard let presented = Authenticator.publishableKey(in: headers) else { return }
        let key = try await engine.authenticate(presented)
        if key.kind != .publishable { throw AccessRefusal.keyForUsersRoute }
        if key.mode != configuration.mode { throw AccessRefusal.wrongMode }
        if !key.allows(origin: headers[.origin]) { throw AccessRefusal.originNotAllowed }
    }

    /// What is presented as the key of a page's app.
    static func publishableKey(in headers: HTTPFields) -> String? {
        HTTPField.Name("X-Scrip-Key").flatMap { headers[$0] }
    }

    static func bearer(in headers: HTTPFields) -> String? {
        guard let value = headers[.authorization] else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }
}
