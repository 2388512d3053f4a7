import HTTPTypes
import Hummingbird
import ScripEngine
import ScripWire

/// One route: what it answers, whom it is for, and whether it changes anything.
struct Route: Sendable {
    /// What a request does.
    enum Effect: Sendable {
        /// It only looks.
        case reads
        /// It changes something, or may: whoever may only look is refused.
        case changes
        /// It changes something when its body says so.
        case told(@Sendable (_ body: [UInt8]) -> Bool)
    }

    let method: HTTPRequest.Method
    let path: String
    /// Whom it is for; all others are refused.
    let audience: Audience
    /// What its requests do.
    let effect: Effect
    /// Whether its requests are counted by address. Those that watch over the instance come again and again.
    let isCounted: Bool
    /// Whether the body may be as large as a batch: where several events come at once, and wherever usage may be a
    /// provider's whole answer.
    let takesBatch: Bool
    /// The most bytes of its body; the configuration's usual limit if absent.
    let maxBytes: Int?
    /// What is asked of a request before its body is read, where nobody says who sends it.
    let precondition: @Sendable (HTTPFields, Parameters, ServerConfiguration) throws -> Void
    /// How it words its refusals where that is not as a problem; `nil` for a request that is to have a problem.
    let refusal: @Sendable (ErrorResponse, HTTPFields) -> Answer?
    let handler: @Sendable (Call) async throws -> Answer

    /// Where the metrics are; open to everyone where the configuration says so.
    static let metricsPath = "/metrics"

    /// Whether the configuration opens it to everyone.
    func isOpen(_ configuration: ServerConfiguration) -> Bool {
        path == Route.metricsPath && configuration.metricsArePublic
    }

    init(
        _ effect: Effect, _ method: HTTPRequest.Method, _ path: String, for audience: Audience, isCounted: Bool = true,
        takesBatch: Bool = false,
        maxBytes: Int? = nil,
        precondition: @escaping @Sendable (HTTPFields, Parameters, ServerConfiguration) throws -> Void = { _, _, _ in },
        refusal: @escaping @Sendable (ErrorResponse, HTTPFields) -> Answer? = { _, _ in nil },
        _ handler: @escaping @Sendable (Call) async throws -> Answer
    ) {
        self.effect = effect
        self.method = method
        self.path = path
        self.audience = audience
        self.isCounted = isCounted
        self.takesBatch = takesBatch
        self.maxBytes = maxBytes
        self.precondition = precondition
        self.refusal = refusal
        self.handler = handler
    }

    /// A route for servers whose key has a scope.
    init(
        _ effect: Effect, _ method: HTTPRequest.Method, _ path: String, _ scope: Scope, takesBatch: Bool = false,
        refusal: @escaping @Sendable (ErrorResponse, HTTPFields) -> Answer? = { _, _ in nil },
        _ handler: @escaping @Sendable (Call) async throws -> Answer
    ) {
        self.init(effect, method, path, for: .servers(scope), takesBatch: takesBatch, refusal: refusal, handler)
    }
}

/// The table of contents of the API.
enum Routes {
    static let all: [Route] = [
        // What this is, and health: open to everyone. Metrics.
        Route(.reads, .get, "/", for: .everyone, Welcome.show),
        Route(.reads, .get, "/livez", for: .everyone, isCounted: false, Health.live),
        Route(.reads, .get, "/readyz", for: .everyone, isCounted: false, Health.ready),
        Route(.reads, .get, "/healthz", for: .everyone, isCounted: false, Health.ready),
        Route(.reads, .get, Route.metricsPath, .metricsRead, MetricsPage.show),

        // Accounts and their plans.
        Route(.reads, .get, "/v1/accounts", .accountsRead, Accounts.list),
        Route(.reads, .get, "/v1/accounts/{account}", .accountsRead, Accounts.show),
        Route(.changes, .put, "/v1/accounts/{account}", .accountsWrite, Accounts.put),
        Route(.changes, .delete, "/v1/accounts/{account}", .accountsErase, Accounts.erase),
        Route(.reads, .get, "/v1/accounts/{account}/subscription", .accountsRead, Subscriptions.show),
        Route(.changes, .put, "/v1/accounts/{account}/subscription", .subscriptionsWrite, Subscriptions.change),
        Route(.changes, .delete, "/v1/accounts/{account}/subscription", .subscriptionsWrite, Subscriptions.cancel),

        Route(
            .changes, .post, "/v1/accounts/{account}/subscription/initialize", .accountsWrite,
            SubscriptionVerbs.initialize),
        Route(
            .changes, .post, "/v1/accounts/{account}/subscription/upgrade", .subscriptionsWrite,
            SubscriptionVerbs.upgrade),
        Route(
            .changes, .post, "/v1/accounts/{account}/subscription/downgrade", .subscriptionsWrite,
            SubscriptionVerbs.downgrade),
        Route(
            .changes, .post, "/v1/accounts/{account}/subscription/renew", .subscriptionsWrite, SubscriptionVerbs.renew),
        Route(.changes, .post, "/v1/accounts/{account}/subscription/bonus", .grantsWrite, SubscriptionVerbs.bonus),
        Route(
            .changes, .post, "/v1/accounts/{account}/subscription/expire", .subscriptionsWrite, SubscriptionVerbs.expire
        ),
        Route(
            .changes, .post, "/v1/accounts/{account}/subscription/past-due", .subscriptionsWrite,
            SubscriptionVerbs.pastDue),

        // What an account has and how it came about.
        Route(.reads, .get, "/v1/accounts/{account}/balance", .balanceRead, Balances.show),
        Route(.reads, .get, "/v1/accounts/{account}/stream", .balanceRead, BalanceStreams.server),
        Route(.reads, .get, "/v1/accounts/{account}/entries", .balanceRead, Entries.list),
        Route(.reads, .get, "/v1/accounts/{account}/entries/{entry}", .balanceRead, Entries.show),
        Route(.reads, .get, "/v1/accounts/{account}/usage", .balanceRead, UsageTotalsPages.account),
        Route(.reads, .get, "/v1/usage/totals", .reportsRead, UsageTotalsPages.all),

        // Moving credits.
        Route(.changes, .post, "/v1/accounts/{account}/grants", .grantsWrite, Grants.give),
        Route(.changes, .delete, "/v1/accounts/{account}/grants/{grant}", .grantsWrite, Grants.void),
        Route(.changes, .post, "/v1/accounts/{account}/charges", .chargesWrite, takesBatch: true, Charges.charge),
        Route(.reads, .post, "/v1/accounts/{account}/check", .balanceRead, takesBatch: true, Charges.check),
        Route(.reads, .post, "/v1/rate", .catalogRead, takesBatch: true, Charges.rate),
        Route(.changes, .post, "/v1/accounts/{account}/refunds", .refundsWrite, Corrections.refund),
        Route(.changes, .post, "/v1/accounts/{account}/adjustments", .adjustmentsWrite, Corrections.adjust),
        Route(.reads, .get, "/v1/accounts/{account}/holds", .balanceRead, Holds.list),
        Route(.changes, .post, "/v1/accounts/{account}/holds", .chargesWrite, takesBatch: true, Holds.place),
        Route(.reads, .get, "/v1/accounts/{account}/holds/{hold}", .balanceRead, Holds.show),
        Route(
            .changes, .post, "/v1/accounts/{account}/holds/{hold}/capture", .chargesWrite, takesBatch: true,
            Holds.capture),
        Route(.changes, .post, "/v1/accounts/{account}/holds/{hold}/release", .chargesWrite, Holds.release),
        Route(.changes, .post, "/v1/accounts/{account}/holds/{hold}/extend", .chargesWrite, Holds.extend),

        // Recording what happened.
        Route(.changes, .post, "/v1/usage", .usageWrite, takesBatch: true, UsageEvents.record),

        Route(.changes, .post, "/v1/traces", .usageWrite, takesBatch: true, refusal: Traces.refusal, Traces.record),
        Route(.reads, .get, "/v1/tracking-failures", .reportsRead, TrackingFailures.list),
        Route(.changes, .post, "/v1/tracking-failures/replay", .usageWrite, TrackingFailures.replayAll),
        Route(.reads, .get, "/v1/tracking-failures/{failure}", .reportsRead, TrackingFailures.show),
        Route(.changes, .post, "/v1/tracking-failures/{failure}/replay", .usageWrite, TrackingFailures.replay),
        Route(.changes, .delete, "/v1/tracking-failures/{failure}", .usageWrite, TrackingFailures.dismiss),

        // Who was refused what.
        Route(.reads, .get, "/v1/denials", .reportsRead, Denials.list),

        // Buying credits.
        Route(.reads, .get, "/v1/packs", .catalogRead, Purchases.packs),
        Route(.reads, .get, "/v1/purchases", .purchasesRead, Purchases.listAll),
        Route(.changes, .post, "/v1/purchases/reconcile", .purchasesWrite, Purchases.reconcile),
        Route(.reads, .get, "/v1/accounts/{account}/purchases", .purchasesRead, Purchases.list),
        Route(.changes, .post, "/v1/accounts/{account}/purchases", .purchasesWrite, Purchases.create),
        Route(.reads, .get, "/v1/accounts/{account}/purchases/{purchase}", .purchasesRead, Purchases.show),
        Route(
            .changes, .post, "/v1/accounts/{account}/purchases/{purchase}/refresh", .purchasesWrite, Purchases.refresh),
        Route(
            .changes, .post, "/v1/accounts/{account}/purchases/{purchase}/mark-paid", .purchasesWrite,
            Purchases.markPaid),
        Route(.changes, .post, "/v1/accounts/{account}/purchases/{purchase}/refund", .purchasesWrite, Purchases.refund),
        Route(.changes, .post, "/v1/accounts/{account}/subscription/checkout", .purchasesWrite, Billing.subscribe),
        Route(.changes, .post, "/v1/accounts/{account}/portal", .purchasesWrite, Billing.portal),
        Route(.reads, .get, "/v1/accounts/{account}/top-up", .purchasesRead, Billing.topUp),
        Route(.changes, .put, "/v1/accounts/{account}/top-up", .purchasesWrite, Billing.setTopUp),
        Route(.changes, .delete, "/v1/accounts/{account}/top-up", .purchasesWrite, Billing.stopTopUp),
        Route(
            .changes, .post, "/v1/webhooks/{provider}", for: .everyone, maxBytes: 1 << 20,
            precondition: Billing.requireSigned,
            Billing.receive),
        Route(.reads, .get, "/test-checkout/{purchase}", for: .everyone, TestCheckout.page),
        Route(.changes, .post, "/test-checkout/{purchase}", for: .everyone, maxBytes: 4_096, TestCheckout.finish),

        // The catalog.
        Route(.reads, .get, "/v1/catalog", .catalogRead, Catalogs.show),
        Route(.changes, .put, "/v1/catalog", .catalogWrite, takesBatch: true, Catalogs.apply),
        Route(.reads, .get, "/v1/catalog/versions", .catalogRead, Catalogs.versions),
        Route(.changes, .put, "/v1/prices", .catalogWrite, takesBatch: true, Catalogs.importPrices),
        Route(.reads, .post, "/v1/catalog/what-if", .reportsRead, takesBatch: true, Catalogs.whatIf),

        // The audit log.
        Route(.reads, .get, "/v1/audit", .auditRead, AuditLog.list),

        // API keys.
        Route(.reads, .get, "/v1/keys", .keysAdmin, Keys.list),
        Route(.changes, .post, "/v1/keys", .keysAdmin, Keys.create),
        Route(.changes, .delete, "/v1/keys/{key}", .keysAdmin, Keys.revoke),
        Route(.changes, .post, "/v1/keys/{key}/rotate", .keysAdmin, Keys.rotate),
        Route(.changes, .post, "/v1/sessions", .sessionsWrite, Sessions.create),

        // The app's own users.
        Route(.reads, .get, "/api/credits/balance", for: .users, CreditBalances.show),
        Route(.reads, .get, "/api/credits/history", for: .users, CreditHistory.list),
        Route(.reads, .get, "/api/credits/stream", for: .users, BalanceStreams.user),
        Route(.reads, .get, "/api/credits/packs", for: .users, Purchases.packs),
        Route(.changes, .post, "/api/credits/purchase", for: .users, CreditPurchases.create),
        Route(.reads, .get, "/api/credits/purchases", for: .users, Purchases.list),
        Route(.reads, .get, "/api/credits/purchases/{purchase}", for: .users, Purchases.show),
        Route(.changes, .post, "/api/credits/purchases/{purchase}/refresh", for: .users, CreditPurchases.refresh),
        Route(.reads, .get, "/api/user/usage", for: .users, UserUsage.show),
        Route(.told(TokenRequest.deducts), .post, "/api/v1/tokens/check-balance", for: .users, TokenBalances.check),
        Route(.reads, .get, "/api/v1/tokens/stats", for: .users, TokenStatistics.show),
    ]

    /// The methods that a path takes; none when there is no such route.
    static func methods(at path: String) -> [String] {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let matching = all.filter { route in
            let pattern = route.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
            return pattern.count == parts.count
                && zip(pattern, parts).allSatisfy { $0.hasPrefix("{") && !$1.isEmpty || $0 == $1 }
        }
        return matching.flatMap {
            $0.method == .get ? ["GET", "HEAD"] : [$0.method.rawValue]
        }
    }
}
