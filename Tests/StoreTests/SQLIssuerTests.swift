import Foundation
import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Testing

/// Whose rows claims show, when the servers believe several issuers.
@Suite(.heavy, .timeLimit(.minutes(15))) struct SQLIssuerTests {
    private static func rule(
        _ issuer: String, _ kind: String, prefix: String, rule: String = "organization_or_user",
        subject: String = "sub",
        organization: String? = nil
    ) -> IssuerRule {
        IssuerRule(
            issuer: issuer, kind: kind, accountRule: rule, accountPrefix: prefix, subjectClaim: subject,
            organizationClaim: organization)
    }

    private static func seen(_ scene: SQLScene, _ claims: String) throws -> [String] {
        try scene.sql(
            """
            SET ROLE authenticated;
            SET request.jwt.claims = '\(claims)';
            SELECT id FROM (SELECT id FROM users UNION ALL SELECT id FROM organizations) ids ORDER BY 1;
            """)
    }

    @Test func `each issuer's claims name accounts with its own prefix, by its own rules`() async throws {
        let scene = try await SQLScene(instances: 0)
        for id in ["u1", "a_u1", "b_u1", "a_", "c_", "d_u1", "e_u1"] { try await scene.open(id) }
        for id in ["o1", "a_o1", "b_o1", "c_o1", "d_o1", "e_o1"] { try await scene.open(id, .organization) }
        try await scene.open("b_u2", organization: "b_o1")
        try await PostgresLedgerStore.publish(
            [
                SQLIssuerTests.rule("https://a", "clerk", prefix: "a_"),
                SQLIssuerTests.rule("https://b", "supabase", prefix: "b_"),
                SQLIssuerTests.rule("https://c", "oidc", prefix: "c_", organization: "tenant.id"),
                SQLIssuerTests.rule("https://d", "clerk", prefix: "d_", rule: "user"),
                SQLIssuerTests.rule("https://none", "clerk", prefix: ""),
                SQLIssuerTests.rule("https://e", "clerk", prefix: "e_", rule: "organization", subject: "user.id"),
            ], at: scene.address)
        for (claims, wanted) in [
            (#"{"iss":"https://a","sub":"u1"}"#, ["a_u1"]),
            (#"{"iss":"https://a","sub":"u1","org_id":"o1"}"#, ["a_o1", "a_u1"]),
            (#"{"iss":"https://a","sub":"u1","o":{"id":"o1"}}"#, ["a_o1", "a_u1"]),
            (#"{"iss":"https://b","sub":"u1","org_id":"o1"}"#, ["b_u1"]),
            (#"{"iss":"https://b","sub":"u1","app_metadata":{"organization_id":"o1"}}"#, ["b_o1", "b_u1"]),
            (#"{"iss":"https://b","sub":"u2"}"#, ["b_o1", "b_u2"]),
            (#"{"iss":"https://b","sub":"u1","user_metadata":{"organization_id":"o1"}}"#, ["b_u1"]),
            (#"{"iss":"https://c","sub":"u1","tenant":{"id":"o1"}}"#, ["c_o1"]),
            (#"{"iss":"https://c","sub":"u1","org_id":"o1"}"#, []),
            (#"{"iss":"https://d","sub":"u1","org_id":"o1"}"#, ["d_u1"]),
            (#"{"iss":"https://e","user":{"id":"u1"},"org_id":"o1"}"#, ["e_o1"]),
            // The one without a prefix does not reach the others' accounts.
            (#"{"iss":"https://none","sub":"u1","org_id":"o1"}"#, ["o1", "u1"]),
            (#"{"iss":"https://none","sub":"a_u1"}"#, []),
            (#"{"iss":"https://none","sub":"u1","org_id":"a_o1"}"#, ["u1"]),
            // Nobody's, an unknown issuer's and a wrong kind's.
            (#"{"sub":"u1"}"#, []), (#"{"iss":"https://x","sub":"u1"}"#, []), (#"{"iss":1,"sub":"u1"}"#, []),
            (#"{"iss":"https://a","sub":""}"#, []), (#"{"iss":"https://a","sub":"","org_id":"o1"}"#, []),
            (#"{"iss":"https://a","sub":"u1","org_id":""}"#, ["a_u1"]),
            (#"{"iss":"https://a","sub":"o1"}"#, []), (#"{"iss":"https://a","sub":"u1","org_id":"u1"}"#, ["a_u1"]),
            (#"{"iss":"https://a","sub":["u1"]}"#, []),
        ] as [(String, [String])] {
            #expect(try SQLIssuerTests.seen(scene, claims) == wanted, "\(claims)")
        }
        // The next server believes nobody: any verified claims count, as they are.
        try await PostgresLedgerStore.publish([], at: scene.address)
        #expect(try SQLIssuerTests.seen(scene, #"{"iss":"https://a","sub":"u1","org_id":"o1"}"#) == ["o1", "u1"])
    }

    @Test func `no role but the owner reads what servers know of issuers, or what notices are encrypted with`()
        async throws
    {
        let scene = try await SQLScene(instances: 0)
        for role in ["authenticated", "anon", "scrip_reporting"] {
            for table in ["issuers", "notice_key", "signing_keys"] {
                #expect(scene.refusal("SET ROLE \(role); TABLE scrip.\(table)").contains("permission denied"))
            }
        }
    }
}
