import Logging
import ScripCore

extension PaymentDesk {
    /// The most top-ups that one call takes money for.
    static let maxTopUps = 100

    /// Notes top-ups that are called for and takes the money for those that are due, and finds out what became of
    /// refunds without an answer. Each is taken by one instance at a time.
    /// - Returns: how many brought money.
    @discardableResult
    public func runTopUps() async throws -> Int {
        _ = try await engine.noteTopUps(policy: settings.policy)
        var count = 0
        for _ in 0..<PaymentDesk.maxTopUps {
            guard let purchase = try await engine.takeTopUp() else { break }
            if purchase.facts.stage == .paid {
                do {
                    _ = try await resolveRefunds(of: purchase)
                } catch let problem as PaymentProblem {
                    logger.warning(
                        "refund waits",
                        metadata: ["purchase": "\(purchase.id)", "problem": "\(problem.code.rawValue)"])
                }
            } else if try await charge(purchase) {
                count += 1
            }
        }
        return count
    }

    /// Tops up within a moment of a change that calls for it, until the task is cancelled. What it misses, because
    /// another process made the change or because time did, is found by ``runTopUps()``; and whatever both find is
    /// bought once.
    public func followCrossings() async {
        let bell = engine.feed.topUps
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    do {
                        try await self.engine.listenForTopUps()
                    } catch {
                        self.logger.warning("top-ups cannot be listed", metadata: ["error": "\(error)"])
                    }
                    do { try await Task.sleep(for: PaymentDesk.timeBetweenLists) } catch { return }
                }
            }
            var running = 0
            while let accounts = await bell.next() {
                for account in accounts {
                    // A provider that is slow with one account keeps the others waiting only beyond this.
                    if running == PaymentDesk.maxAtOnce {
                        await group.next()
                        running -= 1
                    }
                    group.addTask { await self.topUp(account) }
                    running += 1
                }
            }
            group.cancelAll()
        }
    }

    /// How many accounts are topped up at once.
    static let maxAtOnce = 16
    /// After how long the accounts that are listened for are read again, in case other instances changed settings.
    static let timeBetweenLists = Duration.seconds(10)

    private func topUp(_ account: AccountID) async {
        do {
            guard let purchase = try await engine.noteTopUp(of: account, policy: settings.policy, takes: true)
            else { return }
            _ = try await charge(purchase)
        } catch {
            logger.warning("top-up failed for now; it is tried again later", metadata: ["error": "\(error)"])
        }
    }

    /// Takes the money for a top-up, or finds out what became of a payment that the provider has taken up.
    private func charge(_ purchase: Purchase) async throws -> Bool {
        do {
            let provider = try provider(purchase.provider)
            if purchase.facts.stage == .pending {
                let facts = try await provider.payment(of: purchase) ?? PaymentFacts(stage: .pending)
                return try await engine.topUpAnswered(purchase, facts: facts).facts.stage == .paid
            }
            if try await engine.account(purchase.account).state.settings.isDemo {
                // An account for demonstration is charged nothing. What was asked for before it became one, and has no
                // answer, is told of by the provider's messages, should it have been taken.
                try await engine.topUpFailed(
                    purchase, problem: TopUpProblem.demoAccount.rawValue, isRefusal: purchase.payer == nil)
                return false
            }
            guard let (purchase, payer) = try await payer(of: purchase) else {
                try await engine.topUpFailed(
                    purchase, problem: TopUpProblem.noPaymentMethod.rawValue, isRefusal: true)
                return false
            }
            let facts = try await provider.charge(
                purchase, customer: payer.customer, paymentMethod: payer.paymentMethod)
            return try await engine.topUpAnswered(purchase, facts: facts).facts.stage == .paid
        } catch let problem as PaymentProblem {
            logger.warning(
                "top-up failed", metadata: ["purchase": "\(purchase.id)", "problem": "\(problem.code.rawValue)"])
            let isRefusal = problem.code == .declined || problem.code == .refused || problem.code == .noPaymentMethod
            try await engine.topUpFailed(purchase, problem: problem.code.rawValue, isRefusal: isRefusal)
            return false
        }
    }

    /// Who pays: whoever an attempt without an answer was made with, or else what is saved now. It is on record before
    /// the provider is asked.
    private func payer(of purchase: Purchase) async throws -> (Purchase, Purchase.Payer)? {
        if let payer = purchase.payer { return (purchase, payer) }
        let profile = try await engine.billingProfile(of: purchase.account)
        guard let customer = profile.customer, profile.provider == purchase.provider else { return nil }
        let noted = try await engine.notePayer(
            Purchase.Payer(customer: customer, paymentMethod: profile.paymentMethod), of: purchase)
        return noted.payer.map { (noted, $0) }
    }

    /// Does what is due now and what no other instance does or has done: tops up once in `interval` seconds, and
    /// compares the last days with the providers once a night, after three o'clock UTC. What an instance that died had
    /// in hand is taken over after a minute.
    public func runDue(everySeconds interval: Int64 = 10) async throws {
        let now = engine.clock.now()
        let second = now.microseconds / Timestamp.microsecondsPerSecond
        _ = try await JobTurn(second / max(1, interval), of: "top_ups", engine: engine).run {
            try await self.runTopUps()
        }
        try await takeUpPrices()
        let night = Int64(now.adding(seconds: -10_800).day)
        _ = try await JobTurn(night, of: "payment_comparison", engine: engine).run {
            let report = try await self.reconcile(days: 4)
            self.logger.info(
                "payments were compared with the providers",
                metadata: [
                    "missed": "\(report.missedEventCount)", "changed": "\(report.changedPurchaseCount)",
                    "problems": "\(report.problems.count)",
                ])
        }
    }

    /// Does what is due every few seconds, until the task is cancelled. What fails is logged and tried again.
    public func run(everySeconds interval: Int = 10) async {
        while !Task.isCancelled {
            do {
                try await runDue(everySeconds: Int64(interval))
            } catch is CancellationError {
                return
            } catch {
                logger.error("payments failed", metadata: ["error": "\(error)"])
            }
            do { try await Task.sleep(for: .seconds(interval)) } catch { return }
        }
    }
}
