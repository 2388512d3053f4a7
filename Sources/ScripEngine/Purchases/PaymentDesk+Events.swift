import Logging
import ScripCore

/// The result of handling a provider's message.
public enum EventResult: String, Sendable, Hashable {
    /// It was dealt with now.
    case handled
    /// It had been dealt with before.
    case repeated
    /// It does not concern Scrip.
    case unrelated
    /// What follows from it cannot be done yet. It is done as soon as it can be, or when the message comes again.
    case waiting
}

extension PaymentDesk {
    /// Takes a message that a provider sent: checks its signature and does what follows, once.
    /// - Throws: ``PaymentProblem``; any error means that the provider should send the message again.
    public func receive(
        _ body: [UInt8], headers: [String: String], from name: String
    ) async throws -> EventResult {
        let provider = try provider(name)
        let event = try provider.event(in: body, headers: headers, at: engine.clock.now())
        return try await handle(event, from: provider)
    }

    /// Acts on a message. The message only says where to look; the provider is asked for the present state.
    func handle(_ event: PaymentEvent, from provider: any PaymentProvider) async throws -> EventResult {
        if event.subject == .nothing { return .unrelated }
        if try await engine.isKnown(eventID: event.id, provider: provider.name) { return .repeated }
        var kept = PaymentMessage(
            provider: provider.name, id: event.id, kind: event.kind, recordedAt: engine.clock.now())
        switch event.subject {
        case .nothing: return .unrelated
        case .payment(let references):
            guard let purchase = try await purchase(of: references, provider: provider) else { return .unrelated }
            kept.subject = purchase.id
            _ = try await refresh(purchase, event: kept)
        case .subscription(let id):
            switch try await synchronize(subscription: id, provider: provider, event: kept) {
            case .applied, .superseded: break
            case .unknownPrice: return .waiting
            case .nobody: return .unrelated
            }
        }
        logger.info(
            "payment event",
            metadata: ["provider": "\(provider.name)", "kind": "\(event.kind)", "subject": "\(kept.subject ?? "")"])
        return .handled
    }

    /// The purchase that a payment belongs to, by what was kept when it was made. What a message says of it proves
    /// nothing; nor does what the provider's object says of its purchase, unless it hangs together with what was kept:
    /// the payment of the checkout that was opened, or of the customer whose saved payment method was charged.
    private func purchase(of references: [String], provider: any PaymentProvider) async throws -> Purchase? {
        if let found = try await engine.purchase(provider: provider.name, references: references) { return found }
        guard let owner = try await provider.owner(of: references),
            var claimed = try await engine.purchase(owner.purchase), claimed.account == owner.account,
            claimed.provider == provider.name
        else { return nil }
        if !claimed.facts.references.isEmpty {
            let facts = try await provider.payment(of: claimed)
            if facts?.references.isDisjoint(with: references) == false { return claimed }
        } else if claimed.kind == .topUp, let customer = owner.customer {
            let profile = try await engine.billingProfile(of: claimed.account)
            if profile.provider == provider.name && profile.customer == customer {
                claimed.facts.references.formUnion(references)
                return claimed
            }
        }
        logger.warning("a payment names a purchase that it does not belong to", metadata: ["purchase": "\(claimed.id)"])
        return nil
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
        report.problems += try await synchronizeWaitingSubscriptions().problems
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
                    var after =
                        purchase.refundsUnderWay.isEmpty
                        ? try await refresh(purchase) : try await resolveRefunds(of: purchase)
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
    /// Problems that could not be settled, in words.
    public var problems: [String] = []

    /// A report of nothing.
    public init() {}
}
