import HTTPTypes
import ScripCore
import ScripEngine
import ScripIdentity
import ScripJSON
import ScripWire

/// `POST /v1/sessions`: an app's server lets one of its users call the users' routes for a while.
enum Sessions {
    @Sendable static func create(_ call: Call) async throws -> Answer {
        let request = try SessionRequest(json: call.json(), seconds: SessionToken.lifetimeSeconds)
        let account: AccountID = try Conversions.identifier(request.account, "account")
        // A blank name would be one user for all who have none.
        if let user = request.user, !Identity.isName(user) {
            throw Rejection.invalid(
                field: "user", rule: "must not be blank, have control characters, or begin or end with a space")
        }
        let seconds = request.expiresInSeconds ?? SessionToken.defaultLifetimeSeconds
        let now = call.engine.clock.now()
        let token = SessionToken(
            account: account, user: request.user ?? account.rawValue, isReadOnly: request.isReadOnly, issuedAt: now,
            expiresAt: now.adding(seconds: seconds))
        if call.configuration.users.opensAccounts {
            try await call.engine.openOnFirstSight(account, kind: .user, origin: call.sender)
        }
        let text = token.signed(with: try await call.engine.signingKey())
        // Nobody has the token before it is on record who asked for it.
        try await call.engine.recordSession(
            for: account, user: token.user, isReadOnly: token.isReadOnly, expiresAt: token.expiresAt,
            origin: try call.origin())
        return Answer.object(.created) { writer in
            writer.member("token", text)
            writer.member("account", account.rawValue)
            writer.member("user", token.user)
            writer.member("read_only", token.isReadOnly)
            writer.member("expires_at", token.expiresAt)
        }
    }
}
