import Foundation
import ScripCore
import ScripEngine
import ScripSQLite
import ScripTesting
import Synchronization
import Testing

/// How SQLite carries out what the store asks of it, told by SQLite for every statement.
@Suite(.timeLimit(.minutes(15))) struct SQLitePlanTests {
    /// Tables that stay small, or are read as a whole by those who ask for the whole.
    private static let small: Set<String> = ["catalogs", "price_books", "signing_keys", "settled"]

    /// Something that is asked, and the index that must answer it.
    private struct Question: Sendable {
        var index: String
        var ask: @Sendable (any LedgerReading) throws -> Void
    }

    private static let ada = AccountID(unchecked: "ada")

    private static let questions: [Question] = [
        Question(index: "audit_records_time") { _ = try $0.auditRecords(AuditQuery()) },
        Question(index: "audit_records_chain") { _ = try $0.auditRecords(AuditQuery(account: ada)) },
        Question(index: "audit_records_actor") { reading in
            var query = AuditQuery()
            query.actor = "key_1"
            query.from = .earliest
            _ = try reading.auditRecords(query)
        },
        Question(index: "audit_records_action") { reading in
            var query = AuditQuery()
            query.action = .keyRotated
            _ = try reading.auditRecords(query)
        },
        Question(index: "sqlite_autoindex_audit_records") { reading in
            _ = try reading.auditRecords(of: AuditChain(ada), after: 3, limit: 5)
        },
        Question(index: "purchases_created") { _ = try $0.purchases(PurchaseQuery()) },
        Question(index: "purchases_account") { _ = try $0.purchases(PurchaseQuery(account: ada)) },
        Question(index: "purchases_status") { _ = try $0.purchases(PurchaseQuery(statuses: [.failed])) },
        Question(index: "purchases_account_status") { reading in
            _ = try reading.purchases(PurchaseQuery(account: ada, statuses: [.failed]))
        },
        Question(index: "purchases_due") { _ = try $0.purchasesDue(by: .latest, limit: 5) },
        Question(index: "billing_profiles_customer") { _ = try $0.account(ofCustomer: "c", provider: "p") },
        Question(index: "billing_profiles_top_up") { _ = try $0.billingProfilesWithTopUp(after: ada, limit: 5) },
        Question(index: "tracking_failures_status") { _ = try $0.trackingFailures(TrackingFailureQuery()) },
        Question(index: "tracking_failures_attempt") { _ = try $0.openTrackingFailureCount(limit: 5) },
        Question(index: "tracking_failures_open_account") { reading in
            _ = try reading.openTrackingFailureCount(of: .account("ada"), limit: 5)
        },
        Question(index: "tracking_failures_open_sender") { reading in
            _ = try reading.openTrackingFailureCount(of: .sender("key_1"), limit: 5)
        },
        Question(index: "tracking_failures_reason") { reading in
            _ = try reading.trackingFailures(TrackingFailureQuery(status: nil, reason: "x"))
        },
        Question(index: "tracking_failures_account") { reading in
            _ = try reading.trackingFailures(TrackingFailureQuery(status: nil, account: "ada"))
        },
        Question(index: "tracking_failures_status_reason") { reading in
            _ = try reading.trackingFailures(TrackingFailureQuery(reason: "x"))
        },
        Question(index: "tracking_failures_status_account") { reading in
            _ = try reading.trackingFailures(TrackingFailureQuery(account: "ada"))
        },
        Question(index: "INTEGER PRIMARY KEY") { _ = try $0.trackingFailures(after: 3, limit: 5) },
        Question(index: "sqlite_autoindex_tracking_failures") { _ = try $0.trackingFailure("tf_1") },
        Question(index: "denials_first") { _ = try $0.denials(DenialQuery()) },
        Question(index: "denials_account") { _ = try $0.denials(DenialQuery(account: ada)) },
        Question(index: "sqlite_autoindex_api_keys") { _ = try $0.apiKey(id: "key_1") },
        Question(index: "sqlite_autoindex_api_keys") { _ = try $0.apiKey(digest: Digest.none) },
        Question(index: "accounts_due") { _ = try $0.accountsDue(by: .latest, limit: 5) },
        Question(index: "sqlite_autoindex_accounts") { _ = try $0.account(ada) },
    ]

    @Test func `every query finds its rows by an index, and sorts nothing`() async throws {
        let path = StoreKind.temporaryPath()
        let said = Statements()
        let store = try SQLiteLedgerStore(path: path, trace: { said.add($0) })
        let fixture = try await Fixture(store)
        try await fixture.open("ada", plan: "pro")
        for (number, question) in SQLitePlanTests.questions.enumerated() {
            said.clear()
            try await store.read { try question.ask($0) }
            let plans = try said.all.map { try SQLitePlanTests.plan(of: $0, in: path) }
            #expect(plans.contains { $0.contains(question.index) }, "question \(number): \(plans)")
            for plan in plans {
                #expect(!plan.contains("TEMP B-TREE"), "question \(number): \(plan)")
                for scan in plan.matches(of: /SCAN (\w+)/) where !plan.contains("SCAN \(scan.1) USING") {
                    #expect(SQLitePlanTests.small.contains(String(scan.1)), "question \(number): \(plan)")
                }
            }
        }
        try await store.close()
    }

    /// The statements that a store carried out and that have a plan.
    private final class Statements: Sendable {
        private let content = Mutex<[String]>([])

        var all: [String] { content.withLock { $0 } }

        func add(_ statement: String) {
            if statement.hasPrefix("SELECT") { content.withLock { $0.append(statement) } }
        }

        func clear() { content.withLock { $0 = [] } }
    }

    private static func plan(of statement: String, in path: String) throws -> String {
        let (status, said) = try ChildProcess.run("sqlite3", [path, "EXPLAIN QUERY PLAN \(statement)"])
        try #require(status == 0, "\(statement): \(said)")
        return said
    }
}
