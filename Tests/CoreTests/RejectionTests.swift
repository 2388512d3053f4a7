import ScripCore
import Testing

@Suite("When several refusals hold, the first of the list is reported", .timeLimit(.minutes(15)))
struct RejectionTests {
    private let unknownType = CreditTypeID(unchecked: "nothing")
    private let credits = TestAccount.credits
    private let long = String(repeating: "x", count: Limits.textBytes + 1)
    private let much = Credits(nanocredits: .max)

    @Test("An unknown account comes before anything that is wrong with the command")
    func account() {
        var account = TestAccount(CatalogHistory([]), at: TestAccount.day(2026, 1, 1))
        #expect(account.refusal(of: .charge(Usage())) == "account_not_found")
        #expect(account.refusal(of: .adjust(unknownType, amount: .zero, reason: "")) == "account_not_found")
    }

    @Test("Grants: what is invalid, then what is too long, then range, then the credit type")
    func grants() throws {
        var account = try TestAccount()
        var order = GrantOrder(creditType: unknownType, amount: much, source: .bonus)
        order.metadata = String(repeating: " ", count: Limits.metadataBytes + 1)
        order.reason = long
        order.priority = -1
        #expect(account.refusal(of: .grant(order)) == "invalid_request")
        order.priority = nil
        order.expiresAt = .earliest
        #expect(account.refusal(of: .grant(order)) == "invalid_request")
        order.expiresAt = nil
        #expect(account.refusal(of: .grant(order)) == "invalid_request")
        order.reason = nil
        #expect(account.refusal(of: .grant(order)) == "metadata_too_large")
        order.metadata = nil
        #expect(account.refusal(of: .grant(order)) == "amount_out_of_range")
        order.amount = Credits(nanocredits: 1)
        #expect(account.refusal(of: .grant(order)) == "unknown_credit_type")
        order.amount = .zero
        #expect(account.refusal(of: .grant(order)) == "invalid_request")
    }

    @Test("Adjustments: a missing reason before an amount out of range before an unknown credit type")
    func adjustments() throws {
        var account = try TestAccount()
        #expect(account.refusal(of: .adjust(unknownType, amount: much, reason: "")) == "invalid_request")
        #expect(account.refusal(of: .adjust(unknownType, amount: much, reason: "r")) == "amount_out_of_range")
        #expect(
            account.refusal(of: .adjust(unknownType, amount: Credits(nanocredits: .min), reason: ""))
                == "invalid_request")
        #expect(
            account.refusal(of: .adjust(unknownType, amount: Credits(nanocredits: -1), reason: "r"))
                == "unknown_credit_type")
        #expect(
            account.refusal(of: .adjust(credits, amount: Credits(nanocredits: -1), reason: "r"))
                == "insufficient_credits")
    }

    @Test("Settings and plans: a broken rule before an unknown plan")
    func plans() throws {
        var account = try TestAccount()
        var change = AccountChange()
        change.plan = PlanID(unchecked: "nothing")
        change.anchor = Timestamp(microseconds: -1)
        #expect(account.refusal(of: .putAccount(change)) == "invalid_request")
        change.anchor = nil
        #expect(account.refusal(of: .putAccount(change)) == "unknown_plan")
        var order = SubscriptionOrder(plan: PlanID(unchecked: "nothing"), endsAt: .earliest)
        #expect(account.refusal(of: .subscribe(order)) == "invalid_request")
        order.endsAt = nil
        #expect(account.refusal(of: .subscribe(order)) == "unknown_plan")
    }

    @Test("Refunds: an amount that is none before an entry that is not there")
    func refunds() throws {
        var account = try TestAccount()
        let unknown = EntryID(seq: 99)
        #expect(account.refusal(of: .refund(unknown, amount: .zero, reason: nil)) == "invalid_request")
        #expect(account.refusal(of: .refund(unknown, amount: much, reason: nil)) == "amount_out_of_range")
        #expect(account.refusal(of: .refund(unknown, amount: nil, reason: long)) == "invalid_request")
        #expect(account.refusal(of: .refund(unknown, amount: nil, reason: nil)) == "entry_not_found")
        #expect(account.refusal(of: .refund(EntryID(seq: 1), amount: nil, reason: nil)) == "not_refundable")
    }

    @Test("Charges: the usage, then the catalog, then the plan, then the balance")
    func charges() throws {
        var account = try TestAccount(plan: "free")
        var usage = Usage(action: ActionID(unchecked: "nothing"), quantity: 0)
        #expect(account.refusal(of: .charge(usage)) == "invalid_request")
        usage.quantity = 1
        usage.amount = Credits(nanocredits: -1)
        #expect(account.refusal(of: .charge(usage)) == "invalid_request")
        usage.amount = much
        usage.creditType = unknownType
        #expect(account.refusal(of: .charge(usage)) == "amount_out_of_range")
        usage.amount = Credits(nanocredits: 1)
        #expect(account.refusal(of: .charge(usage)) == "unknown_credit_type")
        usage.creditType = credits
        #expect(account.refusal(of: .charge(usage)) == "unknown_action")
        usage.action = ActionID(unchecked: "video")
        usage.amount = Credits.largestMovement
        #expect(account.refusal(of: .charge(usage)) == "not_entitled")
        usage.action = ActionID(unchecked: "chat")
        #expect(account.refusal(of: .charge(usage)) == "insufficient_credits")
    }

    @Test("Holds and captures: what is invalid before what is not there")
    func holds() throws {
        var account = try TestAccount(plan: "free")
        let unknown = HoldID(seq: 99)
        #expect(account.refusal(of: .hold(Usage(action: ActionID(unchecked: "x")), seconds: 0)) == "invalid_request")
        #expect(account.refusal(of: .extend(unknown, seconds: 0)) == "invalid_request")
        #expect(account.refusal(of: .extend(unknown, seconds: 1)) == "hold_not_found")
        #expect(
            account.refusal(of: .capture(unknown, CaptureOrder(amount: Credits(nanocredits: -1))))
                == "invalid_request")
        #expect(account.refusal(of: .capture(unknown, CaptureOrder(amount: much))) == "amount_out_of_range")
        #expect(account.refusal(of: .capture(unknown, CaptureOrder())) == "hold_not_found")
        #expect(account.refusal(of: .release(unknown)) == "hold_not_found")
    }

    @Test("A shortfall says what was needed, what there is, when credits come again, and how far debt may go")
    func shortfall() throws {
        var account = try TestAccount(plan: "free")
        do throws(Rejection) {
            try account.submit(.charge(.amount(Credits(nanocredits: 7_000_000_000))))
            Issue.record("was carried out")
        } catch {
            guard case .insufficientCredits(let shortfall) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(shortfall.required.description == "7")
            #expect(shortfall.available.description == "5")
            #expect(shortfall.resetsAt == TestAccount.day(2026, 2, 1))
            #expect(shortfall.overageLimit == nil)
        }
    }

    @Test("Codes are one to a kind and do not change")
    func codes() {
        let all: [Rejection] = [
            .idempotencyKeyReused(IdempotencyKey(unchecked: "k")), .accountNotFound(AccountID(unchecked: "a")),
            .invalid(field: "f", rule: "r"), .tooLong(field: "f", bytes: 1), .metadataTooLarge,
            .amountOutOfRange(field: "f"), .unknownCreditType(credits), .unknownPlan(PlanID(unchecked: "p")),
            .unknownAction(ActionID(unchecked: "a")), .entryNotFound, .notRefundable(.grant),
            .refundExceedsCharge(refundable: .zero), .grantNotFound, .grantClosed, .holdNotFound,
            .holdClosed(.captured), .tooManyOpenGrants(limit: 1), .tooManyOpenHolds(limit: 1),
            .planUnavailable(PlanID(unchecked: "p")),
            .notEntitled(action: ActionID(unchecked: "a"), plan: PlanID(unchecked: "p"), planName: "P"),
            .accountErased(AccountID(unchecked: "a")), .accountNotSettled([.trackingFailures]),
            .accountSuspended(AccountID(unchecked: "a")),
        ]
        #expect(
            all.map(\.code) == [
                "idempotency_key_reused", "account_not_found", "invalid_request", "invalid_request",
                "metadata_too_large", "amount_out_of_range", "unknown_credit_type", "unknown_plan", "unknown_action",
                "entry_not_found", "not_refundable", "refund_exceeds_charge", "grant_not_found", "grant_closed",
                "hold_not_found", "hold_closed", "too_many_open_grants", "too_many_open_holds", "plan_unavailable",
                "not_entitled", "account_erased", "account_not_settled", "account_suspended",
            ])
    }
}
