import ScripIdentity
import ScripPostgres
import ScripServer
import ScripWire

extension IssuerRule {
    /// What SQL is told about the issuers that a server trusts.
    static func all(of users: UsersConfiguration) -> [IssuerRule] {
        (users.verifier?.issuers ?? []).map { issuer in
            IssuerRule(
                issuer: issuer.name, kind: issuer.kind.rawValue, accountRule: issuer.accountRule.rawValue,
                accountPrefix: issuer.accountPrefix, subjectClaim: issuer.subjectClaim,
                organizationClaim: issuer.organizationClaim)
        }
    }
}
