import ScripEngine

/// What SQL is told about an issuer that the servers trust: the accounts for which its users stand.
public struct IssuerRule: Sendable, Hashable {
    /// Exactly what its tokens carry as `iss`.
    public var issuer: String
    /// `clerk`, `supabase` or `oidc`.
    public var kind: String
    /// `organization_or_user`, `user` or `organization`.
    public var accountRule: String
    /// What the ids of accounts begin with.
    public var accountPrefix: String
    /// The claim that names the user.
    public var subjectClaim: String
    /// The claim that names the organisation, if it is another one than the issuer's kind has.
    public var organizationClaim: String?

    /// Makes the rule of one issuer.
    public init(
        issuer: String, kind: String, accountRule: String, accountPrefix: String, subjectClaim: String,
        organizationClaim: String?
    ) {
        self.issuer = issuer
        self.kind = kind
        self.accountRule = accountRule
        self.accountPrefix = accountPrefix
        self.subjectClaim = subjectClaim
        self.organizationClaim = organizationClaim
    }
}

extension IssuerRule {
    /// What stands for the rule, so that one that was changed by hand is noticed.
    var seal: RecordSeal {
        .issuer(
            issuer,
            [
                ("kind", kind), ("accountRule", accountRule), ("accountPrefix", accountPrefix),
                ("subjectClaim", subjectClaim), ("organizationClaim", organizationClaim),
            ])
    }
}

extension PostgresLedgerStore {
    /// Makes the views accept claims as the servers accept tokens. Earlier rules are replaced.
    /// - Throws: ``StoreError``.
    public static func publish(_ rules: [IssuerRule], at address: String) async throws {
        let store = try await PostgresLedgerStore(
            address: address, laneCount: 1, readerCount: 1, preparesStatements: false, listens: false)
        do {
            try await store.write { writing in
                guard let writer = writing as? PostgresWriter else { return }
                writer.publish(rules)
            }
        } catch {
            try await store.close()
            throw error
        }
        try await store.close()
    }
}

extension PostgresWriter {
    fileprivate func publish(_ rules: [IssuerRule]) {
        transaction.tell(
            Statement(
                "DELETE FROM scrip.issuers WHERE NOT issuer = ANY ($1)", .texts(rules.map(\.issuer))))
        transaction.tell(
            Statement(
                "DELETE FROM scrip.record_seals WHERE kind = 'issuer' AND NOT id = ANY ($1)",
                .texts(rules.map(\.issuer))))
        for rule in rules { tell(rule.seal) }
        for rule in rules {
            transaction.tell(
                Statement(
                    """
                    INSERT INTO scrip.issuers (issuer, kind, account_rule, account_prefix, subject_claim,
                        organization_claim) VALUES ($1, $2, $3, $4, $5, $6)
                    ON CONFLICT (issuer) DO UPDATE SET kind = excluded.kind, account_rule = excluded.account_rule,
                        account_prefix = excluded.account_prefix, subject_claim = excluded.subject_claim,
                        organization_claim = excluded.organization_claim
                    """,
                    .text(rule.issuer), .text(rule.kind), .text(rule.accountRule), .text(rule.accountPrefix),
                    .text(rule.subjectClaim), .text(rule.organizationClaim)))
        }
    }
}
