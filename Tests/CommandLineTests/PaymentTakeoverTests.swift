import Foundation
import ScripTesting
import Testing

@Suite("Servers that share payment jobs", .heavy, .timeLimit(.minutes(15))) struct PaymentTakeoverTests {
    @Test func `what a killed server had in hand is taken over, and the money is taken once`() async throws {
        let cluster = try PostgresCluster.shared.get()
        let name = try cluster.makeDatabase()
        let stripe = StripeStandIn()
        try await stripe.serve { address in
            func make(_ secret: String) throws -> ScripProcess {
                try ScripProcess(
                    address: cluster.address(of: name),
                    variables: ["SCRIP_STRIPE_SECRET_KEY": secret, "SCRIP_STRIPE_ADDRESS": address])
            }
            let (silent, scrip) = (try make(StripeStandIn.silentSecret), try make("sk_test_x"))
            try PaymentTakeoverTests.prepare(scrip)
            let first = try silent.start(["serve", "--port", "0"])
            defer { first.send(SIGKILL) }
            await stripe.waitForCharge()
            // It stands still from here on, so that it does not give up by itself however long the rest takes.
            first.send(SIGSTOP)
            try cluster.run(sql: PaymentTakeoverTests.standStill, in: name)

            // The other one has looked after top-ups before it compares payments.
            let second = try scrip.start(["serve", "--port", "0"])
            defer { second.send(SIGKILL) }
            try await PaymentTakeoverTests.wait(cluster, name, "job = 'payment_comparison' AND last_turn IS NOT NULL")
            #expect(stripe.chargeKeys(of: "sk_test_x").isEmpty)

            first.send(SIGKILL)
            first.wait()
            #expect(try cluster.run(sql: PaymentTakeoverTests.topUps, in: name) == "created\n")
            // Time passes.
            try cluster.run(
                sql: """
                    UPDATE scrip.jobs SET held_until = 0 WHERE held_until IS NOT NULL;
                    \(PaymentTakeoverTests.nextAttempt("0"))
                    """, in: name)
            try await PaymentTakeoverTests.wait(cluster, name, "job = 'paid' AND last_turn = 2")
            let keys = stripe.chargeKeys(of: "sk_test_x")
            #expect(!keys.isEmpty && Set(keys) == Set(stripe.chargeKeys(of: StripeStandIn.silentSecret)))
            #expect(try scrip.run("balance", "ada").output.contains(" 140 "))
            second.send(SIGTERM)
            second.wait()
            #expect(try scrip.run("verify").exitCode == 0)
        }
    }

    /// Takes the connections of whoever stands still, and what they lock; what is in hand stays so for a day.
    private static let standStill = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid();
        UPDATE scrip.jobs SET held_until = CASE name WHEN 'top_ups' THEN held_until + 86400000000 ELSE 0 END
            WHERE held_until IS NOT NULL;
        \(nextAttempt("next_attempt_at + 86400000000"))
        """

    /// Says in both places that tell of it when purchases are asked about next.
    private static func nextAttempt(_ time: String) -> String {
        """
        UPDATE scrip.purchases SET next_attempt_at = \(time),
            body = regexp_replace(body, '"next_attempt_at":[0-9]+', '"next_attempt_at":' || (\(time)))
            WHERE next_attempt_at IS NOT NULL
        """
    }

    private static let topUps = "SELECT status FROM scrip.purchases WHERE body LIKE '%top_up%'"

    /// Ada has bought 100 credits, saved what was paid with, and used 60 of them.
    private static func prepare(_ scrip: ScripProcess) throws {
        func run(_ arguments: String...) throws {
            let finished = try scrip.run(arguments)
            try #require(finished.exitCode == 0, "\(arguments): \(finished.output)\(finished.errors)")
        }
        try run("migrate")
        try scrip.write(
            """
            credit_types: [{id: credits, name: Credits}]
            default_plan: none
            plans: [{id: none, name: None}]
            packs: [{id: hundred, credit_type: credits, credits: "100", price: {minor_units: 1000, currency: usd}}]
            actions: [{id: chat, credit_type: credits, rate: {fixed: "60"}}]
            """, to: "catalog.yaml")
        try run("catalog", "apply", "catalog.yaml")
        try run("account", "create", "ada")
        try run("purchases", "create", "ada", "--pack", "hundred", "--provider", "stripe")
        try run("purchases", "reconcile")
        try run("charge", "ada", "--action", "chat")
        try run("top-up", "set", "ada", "--threshold", "50", "--pack", "hundred", "--monthly-cap", "5000")
    }

    /// Waits until a job, or the number of purchases that are paid, is as a condition says.
    private static func wait(_ cluster: PostgresCluster, _ name: String, _ condition: String) async throws {
        let sql = """
            SELECT count(*) = 1 FROM (
                SELECT name AS job, last_turn FROM scrip.jobs
                UNION ALL SELECT 'paid', count(*) FROM scrip.purchases WHERE status = 'paid'
            ) AS seen WHERE \(condition)
            """
        try await cluster.wait(until: sql, in: name)
    }
}
