import Logging
import ScripCore

extension PaymentDesk {
    /// Sends money back, all that is left of it or a part. The money is reserved first, so that refunds under way never
    /// come to more than what was paid; what the provider does not answer is found out later.
    /// - Parameter key: the caller's name for this refund; the same key sends money once.
    /// - Throws: ``PurchaseRefusal``, ``PaymentProblem``.
    public func refund(
        _ purchase: Purchase, minorUnits: Int64? = nil, key: IdempotencyKey? = nil, origin: Origin = Origin()
    ) async throws -> Purchase {
        try await sendBack(purchase, minorUnits: minorUnits, key: key, origin: origin).purchase
    }

    /// The same, with whether the same refund had been asked for before.
    public func sendBack(
        _ purchase: Purchase, minorUnits: Int64? = nil, key: IdempotencyKey? = nil, origin: Origin = Origin()
    ) async throws -> (purchase: Purchase, isRepeat: Bool) {
        let provider = try provider(purchase.provider)
        let (reserved, name, isRepeat) = try await engine.reserveRefund(
            of: purchase, minorUnits: minorUnits, key: key, origin: origin)
        guard let request = reserved.refundRequests[name], request.state == .underWay else {
            return (reserved, isRepeat)
        }
        if age(of: request) >= Engine.retrySeconds { return (try await resolveRefunds(of: reserved), isRepeat) }
        return (try await send(request, name, of: reserved, provider: provider, origin: origin), isRepeat)
    }

    private func send(
        _ request: RefundRequest, _ name: String, of purchase: Purchase, provider: any PaymentProvider, origin: Origin
    ) async throws -> Purchase {
        do {
            let facts = try await provider.refund(
                purchase, minorUnits: request.minorUnits, key: request.providerKey)
            return try await engine.refundAnswered(name, of: purchase, facts: facts, origin: origin)
        } catch let problem as PaymentProblem where problem.code == .refused || problem.code == .declined {
            _ = try await engine.releaseRefund(name, of: purchase, origin: origin)
            throw problem
        }
    }

    /// Finds out what became of refunds without an answer: they are looked for at the provider, asked for again under
    /// their names while it remembers those, and released when they cannot be made any more.
    func resolveRefunds(of purchase: Purchase) async throws -> Purchase {
        let provider = try provider(purchase.provider)
        let facts = try await provider.payment(of: purchase)
        let origin = Origin(actor: "refunds")
        var purchase = try await engine.recordPayment(
            facts ?? PaymentFacts(), of: purchase.id, account: purchase.account, origin: origin)
        for (name, request) in purchase.refundsUnderWay {
            let age = age(of: request)
            // A provider that keeps nothing beyond what it told makes the same refund of the same name at any time.
            if facts == nil || age < Engine.retrySeconds {
                do {
                    purchase = try await send(request, name, of: purchase, provider: provider, origin: origin)
                } catch let problem as PaymentProblem {
                    logger.warning(
                        "refund waits",
                        metadata: ["purchase": "\(purchase.id)", "problem": "\(problem.code.rawValue)"])
                }
            } else if age >= Engine.refundPatienceSeconds {
                purchase = try await engine.releaseRefund(name, of: purchase, origin: origin)
            }
        }
        return purchase
    }

    /// For how many seconds it has been asked for.
    private func age(of request: RefundRequest) -> Int64 {
        let age = engine.clock.now().microseconds.subtractingReportingOverflow(request.askedAt.microseconds)
        return age.overflow ? .max : age.partialValue / Timestamp.microsecondsPerSecond
    }
}
