import ScripCore
import ScripEngine
import ScripTesting
import Testing

/// Runs the SQL of the requirement documents as it is written.
@Suite("The SQL of the requirement documents", .heavy, .timeLimit(.minutes(15)))
struct RequirementSQLTests {
    /// Runs statements by their names, and remembers which.
    private final class Runner {
        let scene: SQLScene
        private var waiting: [String: String]

        init(_ scene: SQLScene) throws {
            self.scene = scene
            waiting = Dictionary(uniqueKeysWithValues: try RequirementStatements.all().map { ($0.name, $0.sql) })
        }

        var left: [String] { waiting.keys.sorted() }

        func callAsFunction(_ name: String, filling: [String: String] = [:]) throws -> [String] {
            var sql = try #require(waiting[name], "there is no statement \(name)")
            for (placeholder, value) in filling { sql = sql.replacing(placeholder, with: value) }
            let lines = try scene.sql(sql + "\n;")
            waiting[name] = filling.isEmpty && name.hasPrefix("count-tokens") ? sql : nil
            return lines
        }

        func done(_ name: String) { waiting[name] = nil }
    }

    private static func fill(_ scene: SQLScene) async throws {
        try await scene.open("ada")
        try await scene.open("bob", isDemo: true)
        try await scene.open("user-id", organization: "test-org")
        for _ in 0..<2 { try await scene.charge("ada", "ai_chat_message") }
        try await scene.charge("ada", "workflow_execution")
        try await scene.charge("user-id", "video_analysis")
        try await scene.charge("bob", "ai_chat_message")
    }

    @Test func `every statement runs as written and gives the right answer`() async throws {
        let scene = try await SQLScene()
        defer { scene.end() }
        let run = try Runner(scene)
        #expect(try run("count-tokens") == ["0"])
        try await RequirementSQLTests.fill(scene)
        for (id, plan) in [("test-org", "pro"), ("correct-org-id", "pro"), ("small-org", "starter")] {
            try await scene.open(id, .organization, plan: plan)
        }

        #expect(try run("count-events") == ["4"])
        #expect(try run("count-balances") == ["3"])
        #expect(try run("count-costs") == ["5"])
        let chats = try run("recent-chat")
        #expect(chats.count == 2 && chats.allSatisfy { $0.contains("|ada|") && $0.contains("|0.25|") })
        #expect(try run("workflow-events").count == 1)
        #expect(
            try run("last-day-by-action").sorted() == [
                "ai_chat_message|2|0.50", "video_analysis|1|2.5", "workflow_execution|1|0.001",
            ])
        let averages = try run("average-by-action").map { $0.split(separator: "|").map(String.init) }
        #expect(averages.count == 3)
        for row in averages where row[0] == "ai_chat_message" {
            #expect(row[1].hasPrefix("0.25") && Array(row[2...]) == ["0.25", "0.25"])
        }
        let outliers = try run("outliers")
        #expect(outliers.count == 1 && outliers[0].contains("video_analysis"))
        #expect(try run("demo-events") == ["0"])
        let recent = try run("recent-events-by-user")
        #expect(recent.count == 4 && recent[0].hasPrefix("user-id@example.com|video_analysis|2.5||"))
        #expect(
            try run("user-balances").sorted() == [
                "ada@example.com|9.499|0.501", "bob@example.com|10|0", "user-id@example.com|7.5|2.5",
            ])

        _ = try run("update-cost", filling: ["0.XXX": "0.004", "action_name": "workflow_execution"])
        try await scene.settle()
        #expect(
            try scene.sql(
                """
                SELECT compute_cost_dollars, price_version FROM credit_action_costs
                WHERE action_type = 'workflow_execution'
                """) == ["0.004|2"])
        try await scene.charge("ada", "workflow_execution")
        #expect(try await scene.available("ada", "credits") == "9.495")
        let versions = try await scene.engine.catalogVersions()
        #expect(versions.count == 2)
        #expect(versions.last?.actor?.hasPrefix("sql:scrip inbox:") == true)
        #expect(
            versions.last?.document == SQLScene.catalog.replacing("{fixed: \"0.001\"}", with: "{fixed: \"0.004\"}"))

        try await tokens(scene, run)
        run.done("count-tokens")
        #expect(run.left.isEmpty, "not run: \(run.left)")
        #expect(try await scene.engine.verify().isClean)
    }

    private func tokens(_ scene: SQLScene, _ run: Runner) async throws {
        #expect(try run("tables-exist").sorted() == ["ai_token_usage_log", "ai_tokens"])
        _ = try run("initialize-missing")
        try await scene.settle()
        #expect(try run("count-tokens") == ["2"])
        _ = try run("initialize-all")
        try await scene.settle()
        #expect(try run("count-tokens") == ["4"])
        #expect(try await scene.available("test-org", "lead_generation") == "50")
        #expect(try await scene.available("correct-org-id", "goal_generation") == "20")
        #expect(
            try scene.sql(
                """
                SELECT DISTINCT balance = total_allocated, total_used,
                    refresh_date - now() BETWEEN interval '29 days' AND interval '30 days' FROM ai_tokens
                """) == ["t|0|t"])
        #expect(try run("stuck-tokens").isEmpty)

        for _ in 0..<2 { try await scene.charge("test-org", "generate_quest", user: "user-id") }
        try await scene.charge("test-org", "generate_lead", user: "eve")
        try await scene.charge("correct-org-id", "generate_lead", user: "eve")
        #expect(try run("balance-of-type") == ["14"])
        #expect(try run("first-token").count == 1)
        #expect(try run("tokens-of-organization").count == 2)
        #expect(try run("tokens-of-correct-organization").count == 2)
        let log = try run("recent-log")
        #expect(log.count == 4 && log.allSatisfy { $0.contains("generate_") })
        #expect(try run("profile").first?.hasPrefix("user-id|test-org|user-id@example.com|") == true)
        #expect(try run("uses-by-feature").sorted() == ["generate_lead|2", "generate_quest|2"])
        #expect(try run("spending-by-organization") == ["test-org|7", "correct-org-id|1"])
        #expect(try run("heaviest-feature") == ["generate_quest|2|6", "generate_lead|2|2"])
        #expect(try run("heaviest-user") == ["user-id|2|6"])
        let own = try run("as-authenticated")
        #expect(own.count == 2 && own.allSatisfy { $0.contains("|test-org|") })

        _ = try run("emergency")
        try await scene.settle()
        for organization in ["test-org", "correct-org-id"] {
            for creditType in ["lead_generation", "goal_generation"] {
                #expect(try await scene.available(organization, creditType) == "9999")
            }
        }
        #expect(try scene.sql("SELECT DISTINCT balance FROM ai_tokens") == ["9999"])
        #expect(try scene.sql("SELECT count(*) FROM ai_tokens WHERE balance > total_allocated") == ["4"])
    }

    @Test func `an organization whose plan gives tokens is not initialized again`() async throws {
        let document = SQLScene.catalog.replacing(
            "{id: pro, name: Pro}",
            with: "{id: pro, name: Pro, allowances: [{credit_type: lead_generation, amount: \"50\", every: {days: 30}},"
                + " {credit_type: goal_generation, amount: \"20\", every: {days: 30}}]}")
        let scene = try await SQLScene(catalog: document)
        defer { scene.end() }
        let run = try Runner(scene)
        for number in 0..<3 { try await scene.open("org\(number)", .organization, plan: "pro") }
        try await scene.charge("org0", "generate_quest")
        _ = try run("initialize-missing")
        #expect(try scene.sql("SELECT count(*) FROM credit_requests") == ["0"])
        _ = try run("initialize-all")
        try await scene.settle()
        #expect(
            try scene.sql("SELECT count(*), min(outcome) FROM credit_requests WHERE status = 'done'") == [
                "6|initialized before; nothing changed"
            ])
        #expect(
            try scene.sql(
                """
                SELECT balance, total_allocated, total_used FROM ai_tokens
                WHERE organization_id = 'org0' ORDER BY token_type
                """) == ["17|20|3", "50|50|0"])
    }
}
