import ScripCore
import ScripJSON

/// What each kind of issuer puts into its tokens.
extension Issuer {
    /// Checks all that a token says, once its signature is believed.
    func identity(from claims: TokenClaims, now: Timestamp) throws(TokenRefusal) -> Identity {
        let expiresAt = try checkTimes(of: claims, now: now)
        try checkAudience(of: claims)
        try checkParty(of: claims)
        try checkPurpose(of: claims)
        guard let subject = try claims.text(subjectClaim) else { throw .subjectInvalid }
        let user = try account(of: subject)
        let organization = try organization(in: claims)
        var identity = Identity(
            subject: subject, impersonator: try impersonator(in: claims), expiresAt: expiresAt, account: user,
            isOrganization: false, opensAnyKind: opensAnyKind
        )
        if accountRule == .user { return identity }
        if let id = organization {
            identity.account = try account(of: id)
            identity.isOrganization = true
        } else if accountRule == .organization {
            throw .organizationMissing
        }
        return identity
    }

    private func checkTimes(of claims: TokenClaims, now: Timestamp) throws(TokenRefusal) -> Timestamp {
        guard let expiresAt = try claims.time("exp") else { throw .expiryMissing }
        if now >= expiresAt.adding(seconds: leewaySeconds) { throw .expired }
        let latest = now.adding(seconds: leewaySeconds)
        if let start = try claims.time("nbf"), start > latest { throw .notYetValid }
        if let made = try claims.time("iat"), made > latest { throw .issuedInFuture }
        return expiresAt.adding(seconds: leewaySeconds)
    }

    private func checkAudience(of claims: TokenClaims) throws(TokenRefusal) {
        let stated = try claims.audiences()
        if audiences.isEmpty { return }
        if stated.isEmpty { throw .audienceMissing }
        if !stated.contains(where: { audiences.contains($0) }) { throw .audienceWrong }
    }

    private func checkParty(of claims: TokenClaims) throws(TokenRefusal) {
        let party = try claims.text("azp")
        if authorizedParties.isEmpty { return }
        guard let party else {
            if requiresParty { throw .partyMissing }
            return
        }
        if !authorizedParties.contains(party) { throw .partyWrong }
    }

    private func checkPurpose(of claims: TokenClaims) throws(TokenRefusal) {
        switch kind {
        case .clerk:
            if try claims.text("sts") == "pending" { throw .sessionPending }
        case .supabase:
            // `anon` is nobody, and `service_role` is a server: neither is a user who has signed in.
            if try claims.text("role") != "authenticated" { throw .roleRefused }
        case .oidc:
            // Keycloak marks what a token is for; ID and refresh tokens say who somebody is, not what they may do.
            if let type = claims.object["typ"]?.stringValue, ["ID", "Refresh", "Offline"].contains(type) {
                throw .purposeWrong
            }
        }
    }

    private func organization(in claims: TokenClaims) throws(TokenRefusal) -> String? {
        if let organizationClaim { return try claims.text(organizationClaim) }
        guard kind == .clerk else { return nil }
        if let organization = claims.object["o"], organization != .null {
            guard case .object(let members) = organization else { throw .claimMalformed }
            guard let id = try TokenClaims(object: members).text("id") else { throw .claimMalformed }
            return id
        }
        return try claims.text("org_id")
    }

    /// Who acts as the user (RFC 8693 §4.1). Any such claim counts, even one without a name.
    private func impersonator(in claims: TokenClaims) throws(TokenRefusal) -> String? {
        guard let actor = claims.object["act"], actor != .null else { return nil }
        guard case .object(let members) = actor else { throw .claimMalformed }
        return try TokenClaims(object: members).text("sub") ?? "unnamed"
    }
}
