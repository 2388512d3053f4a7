import Logging
import ScripCore

/// What came of a provider's message.
public enum EventResult: String, Sendable, Hashable {
    /// It was dealt with now.
    case handled
    /// It had been dealt with before.
    case repeated
    /// It is about nothing of ours.
    case unrelated
}

extension PaymentDesk {
    /// Takes a message that a provider sent: checks its signature and does what follows, once.
    /// - Throws: ``PaymentProblem``; any error means that the provider should send the message again.
    public func receive(_ body: [UInt8], signature: String?, from name: String) async throws -> EventResult {
        let provider = try provider(name)
        let event = try provider.event(in: body, signature: signature, at: engine.clock.now())
        return try await handle(event, from: provider)
    }

    /// Does what follows from a message: the message only says where to look, the provider says what is true now.
    func handle(_ event: PaymentEvent, from provider: any PaymentProvider) async throws -> EventResult {
        if event.subject == .nothing { return .unrelated }
        if try await engine.isKnown(eventID: event.id, provider: provider.name) { return .repeated }
        var kept = ProviderEvent(
            provider: provider.name, id: event.id, kind: event.kind, recordedAt: engine.clock.now())
        switch event.subject {
        case .nothing: return .unrelated
        case .payment(let references, let owner):
            guard let purchase = try await purchase(of: references, owner: owner, provider: provider) else {
                return .unrelated
            }
            kept.subject = purchase.id
            _ = try await refresh(purchase, event: kept)
        case .subscription(let id):
            guard try await synchronize(subscription: id, provider: provider, event: kept) else { return .unrelated }
        }
        logger.info(
            "payment event",
            metadata: ["provider": "\(provider.name)", "kind": "\(event.kind)", "subject": "\(kept.subject ?? "")"])
        return .handled
    }

    /// The purchase that a payment belongs to, with the provider's ids of it noted.
    private func purchase(
        of references: [String], owner: PaymentOwner?, provider: any PaymentProvider
    ) async throws -> Purchase? {
        var found = try await engine.purchase(provider: provider.name, references: references)
        if found == nil {
            var owner = owner
            if owner == nil { owner = try await provider.owner(of: references) }
            guard let owner else { return nil }
            found = try await engine.purchase(owner.purchase)
            if found?.account != owner.account || found?.provider != provider.name { return nil }
        }
        found?.facts.references.formUnion(references)
        return found
    }

    /// Compares the last days with what providers say: messages that did not arrive, and purchases that wait.
    /// - Parameter days: how many days back, from 1 to 30.
    public func reconcile(days: Int) async throws -> ReconciliationReport {
        var report = ReconciliationReport()
        let since = engine.clock.now().adding(seconds: -86_400 * Int64(min(max(days, 1), 30)))
        for (name, provider) in providers.sorted(by: { $0.key < $1.key }) {
            do {
                for event in try await provider.events(since: since) { await reconcile(event, provider, &report) }
            } catch {
                report.problems.append("\(name): \(error)")
            }
        }
        try await reconcilePurchases(since: since, &report)
        return report
    }

    private func reconcile(
        _ event: PaymentEvent, _ provider: any PaymentProvider, _ report: inout ReconciliationReport
    ) async {
        report.eventCount += 1
        do {
            if try await handle(event, from: provider) == .handled { report.missedEventCount += 1 }
        } catch {
            report.problems.append("\(event.id): \(error)")
        }
    }

    private func reconcilePurchases(since: Timestamp, _ report: inout ReconciliationReport) async throws {
        var query = PurchaseQuery(limit: 100)
        query.from = since
        while case let page = try await engine.purchases(query), let last = page.last {
            for purchase in page where providers[purchase.provider] != nil {
                report.purchaseCount += 1
                do {
                    var after = try await refresh(purchase)
                    if after.problem != nil {
                        after = try await engine.recordPayment(
                            PaymentFacts(), of: after.id, account: after.account)
                    }
                    if after != purchase { report.changedPurchaseCount += 1 }
                    if let problem = after.problem { report.problems.append("\(purchase.id): \(problem)") }
                } catch {
                    report.problems.append("\(purchase.id): \(error)")
                }
            }
            query.after = .init(createdAt: last.createdAt, id: last.id)
        }
    }
}

/// What comparing the last days with the providers found.
public struct ReconciliationReport: Sendable, Hashable {
    /// How many messages the providers list.
    public var eventCount = 0
    /// How many of them had not arrived.
    public var missedEventCount = 0
    /// How many purchases were compared.
    public var purchaseCount = 0
    /// How many of them had changed.
    public var changedPurchaseCount = 0
    /// What could not be settled, in words.
    public var problems: [String] = []

    /// A report of nothing.
    public init() {}
}
