import Foundation
import Logging
import ScripCore
import ScripEngine
import ScripPostgres
import ScripTesting
import Testing

/// A database that is filled through engines, asked through SQL.
struct SQLScene {
    let engine: Engine
    let database: String
    let address: String
    private let workers: [Task<Void, Never>]

    /// - Parameter instances: how many engines have a worker for what SQL asks for.
    init(catalog: String = SQLScene.catalog, instances: Int = 1) async throws {
        database = try await PostgresDatabases.shared.make()
        address = try PostgresCluster.shared.get().address(of: database)
        let first = try await SQLScene.engine(address)
        engine = first
        _ = try await first.applyCatalog(document: catalog, actor: "test")
        var workers: [Task<Void, Never>] = []
        for number in 0..<instances {
            let engine = number == 0 ? first : try await SQLScene.engine(address)
            let worker = InboxWorker(engine: engine, address: address, logger: SQLScene.silent)
            workers.append(Task { await worker.run() })
        }
        self.workers = workers
    }

    /// Another instance over the same database.
    init(joining other: SQLScene) async throws {
        (database, address) = (other.database, other.address)
        let joined = try await SQLScene.engine(address)
        engine = joined
        let worker = InboxWorker(engine: joined, address: address, logger: SQLScene.silent)
        workers = [Task { await worker.run() }]
    }

    private static let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    private static func engine(_ address: String) async throws -> Engine {
        let store = try await PostgresLedgerStore(address: address, laneCount: 2, readerCount: 1)
        return try await Engine(store: store, logger: silent)
    }

    /// Lets the workers go.
    func end() { for worker in workers { worker.cancel() } }

    func open(
        _ id: String, _ kind: AccountSettings.Kind = .user, plan: String? = nil, isDemo: Bool = false,
        organization: String? = nil
    ) async throws {
        var change = AccountChange()
        change.kind = kind
        change.isDemo = isDemo
        change.plan = plan.map { PlanID(unchecked: $0) }
        _ = try await engine.put(account: AccountID(unchecked: id), change: change) { profile in
            profile.email = "\(id)@example.com"
            profile.metadata = organization.map { #"{"organization_id":"\#($0)"}"# }
        }
    }

    @discardableResult
    func submit(_ id: String, _ intent: Intent) async throws -> Outcome {
        try await engine.submit(Command(account: AccountID(unchecked: id), intent: intent))
    }

    func charge(_ id: String, _ action: String, user: String? = nil) async throws {
        var usage = Usage(action: ActionID(unchecked: action))
        usage.user = user
        try await submit(id, .charge(usage))
    }

    func available(_ id: String, _ creditType: String) async throws -> String {
        try await engine.account(AccountID(unchecked: id)).state.balance(of: CreditTypeID(unchecked: creditType))
            .available.description
    }

    /// What `psql` prints, line by line.
    @discardableResult
    func sql(_ text: String) throws -> [String] {
        try PostgresCluster.shared.get().run(sql: text, in: database).split(separator: "\n").map(String.init)
    }

    /// The error that the server answers with; empty when it does as it is told.
    func refusal(_ text: String) -> String {
        do { _ = try sql(text) } catch { return "\(error)" }
        return ""
    }

    /// Waits until every request is answered.
    func settle() async throws {
        try await wait(until: "SELECT NOT EXISTS (SELECT FROM scrip.inbox WHERE status = 'waiting')")
    }

    /// Waits until something is so in the database, and stays so.
    func wait(until condition: String) async throws {
        try await PostgresCluster.shared.get().wait(until: condition, in: database)
    }

    static let catalog = """
        credit_types:
          - {id: credits, name: Credits, usd_value: "1"}
          - {id: lead_generation, name: Leads}
          - {id: goal_generation, name: Goals}
        default_plan: standard
        plans:
          - {id: standard, name: Standard, allowances: [{credit_type: credits, amount: "10", every: month}]}
          - {id: starter, name: Starter}
          - {id: pro, name: Pro}
          - {id: enterprise, name: Enterprise, allowances: [{credit_type: goal_generation, amount: unlimited, every: month}]}
        actions:
          - {id: ai_chat_message, credit_type: credits, rate: {fixed: "0.25"}}
          # a comment that stays
          - {id: workflow_execution, credit_type: credits, rate: {fixed: "0.001"}} # and this one
          - {id: video_analysis, credit_type: credits, rate: {compute: {usd: "2.5", markup: "1"}}}
          - {id: generate_lead, credit_type: lead_generation, rate: {fixed: "1"}}
          - {id: generate_quest, credit_type: goal_generation, rate: {fixed: "3"}}
        """
}

/// The SQL of the requirement documents, by name.
enum RequirementStatements {
    static func all() throws -> [(name: String, sql: String)] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Data/requirements-sql/statements.sql")
        let text = try String(contentsOf: file, encoding: .utf8)
        return text.components(separatedBy: "--% ").dropFirst().map { block in
            let lines = block.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(lines[0].prefix { $0 != " " }), String(lines[1]))
        }
    }
}
