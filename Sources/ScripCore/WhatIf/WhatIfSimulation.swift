/// Simulates one account's journal again, as if a draft catalog had been in force from the start.
///
/// The account is taken as it was when the period began, its allowances are made those of the draft, and its entries
/// are followed in order of their numbers. What people did happens again at the same moments: accounts change, credits
/// are given, held, released, refunded and adjusted, plans change. What time did is done anew by the ledger's own rules
/// under the draft: periods begin with the draft's allowances and rollover, grants and holds expire, subscriptions
/// change to the draft's plans. Charges and captures are taken in full with the draft's amounts, into debt if need be.
///
/// What this leaves out, because a journal cannot tell it:
/// - Requests that were refused left no entry. They do not happen here either, even if the draft would have let them
///   through; and what the draft would have refused happens all the same, so that it is known by how much credits
///   fell short.
/// - People would have acted otherwise at other prices.
/// - Holds reserve what they reserved, and grants keep their terms, priorities among them.
/// - A refund of all of a charge gives back all that the charge would have been. A refund of a part gives back the same
///   amount, at most what would be left. A refund of a charge more than ``rememberedCharges`` charges earlier lessens
///   debt or comes back as a grant without an end.
/// - An adjustment takes no more than what would be there.
/// - An entry that cannot be rated, or would lead beyond what can be counted, keeps its amount.
/// - Whether the draft's plans allow an action is not asked.
public struct WhatIfSimulation: Sendable {
    /// How many charges a refund can find again.
    public static let rememberedCharges = 50_000

    /// The account as it was.
    public internal(set) var actual: AccountState
    /// The account as it would be.
    public internal(set) var simulated: AccountState
    /// Where each credit type first ran out, as it was.
    public internal(set) var actualRunOuts: [CreditTypeID: RunOut] = [:]
    /// Where each credit type would first have run out.
    public internal(set) var simulatedRunOuts: [CreditTypeID: RunOut] = [:]

    let draft: Catalog
    let drafts: CatalogHistory
    let history: CatalogHistory
    /// Entries up to this one are the same in both lives.
    let startSeq: Int64
    /// From a hold's or a grant's entry to the entry that imitates it.
    var imitations: [Int64: Int64] = [:]
    var terms: [Int64: GrantTerms] = [:]
    var endedGrants: Set<Int64> = []
    var charges = RememberedCharges(max: WhatIfSimulation.rememberedCharges)
    private var allowanceBefore: CreditTypeID?

    /// Starts the simulation of an account.
    /// - Parameters:
    ///   - start: the account after its last entry before `moment`; `nil` when it was opened later.
    ///   - moment: when the period begins.
    ///   - history: the catalogs that were in force.
    ///   - draft: the catalog that would have been.
    public init(
        _ id: AccountID, start: AccountState?, at moment: Timestamp, history: CatalogHistory, draft: Catalog
    ) {
        self.draft = draft
        self.history = history
        var timeless = draft
        timeless.effectiveAt = .earliest
        drafts = CatalogHistory([timeless])
        let state = start ?? AccountState(id: id)
        (actual, simulated, startSeq) = (state, state, state.seq)
        if start == nil { return }
        note(simulated.advance(to: moment, catalogs: history))
        reconcile(from: simulated.subscription, at: max(moment, state.lastRecordedAt))
    }

    /// Follows the next entry of the journal; returns what it would have come to if it is a charge or a capture.
    /// - Parameter journal: looks up earlier entries of the same journal.
    public mutating func follow(_ entry: Entry, journal: DecisionContext) -> WhatIfEntry? {
        let isOwn = isCommand(entry)
        actual.apply(entry)
        advance(to: entry.recordedAt)
        let line = isOwn ? imitate(entry, journal: journal) : nil
        advance(to: entry.recordedAt)
        _ = actual.takeClosedUsage()
        _ = simulated.takeClosedUsage()
        allowanceBefore = entry.kind == .allowance ? entry.creditType : nil
        watch(entry, line)
        return line
    }

    /// Brings both lives to the end of the period.
    public mutating func finish(at moment: Timestamp) {
        _ = actual.advance(to: moment, catalogs: history)
        advance(to: moment)
    }

    private mutating func advance(to moment: Timestamp) {
        note(simulated.advance(to: moment, catalogs: drafts))
    }

    /// Whether a person or program caused the entry; all others follow from time and the catalog.
    private func isCommand(_ entry: Entry) -> Bool {
        if entry.reason == AccountState.catalogChanged && entry.actor == nil { return false }
        switch entry.kind {
        case .allowance, .grantExpired, .holdExpired, .writeOff: return false
        case .subscription:
            let now = actual.subscription
            return ![now.pending?.at, now.endsAt, now.graceEndsAt, now.trialEndsAt].contains(entry.effectiveAt)
        case .grant:
            if entry.subject != nil { return false }
            guard let terms = entry.terms, terms.source == .rollover, allowanceBefore == entry.creditType,
                let period = allowanceBefore.flatMap({ actual.typeBalance(of: $0).allowance })?.period
            else { return true }
            return period.start != terms.effectiveAt || period.end != terms.expiresAt
        case .grantVoided:
            if entry.draws.contains(where: { $0.lapsing.isNegative }) { return false }
            return entry.reason != "plan changed" || entry.actor != nil
        default: return true
        }
    }

    private mutating func watch(_ entry: Entry, _ line: WhatIfEntry?) {
        guard let creditType = entry.creditType else { return }
        let reserved = entry.kind == .hold && entry.draws.contains { $0.held.isPositive }
        let place = RunOut(seq: entry.seq, at: entry.recordedAt)
        if reserved || line?.charged.isPositive == true, actualRunOuts[creditType] == nil,
            actual.isOverdrawn(creditType, in: history.inForce(at: entry.recordedAt))
        {
            actualRunOuts[creditType] = place
        }
        let taken = line?.draft.creditType ?? creditType
        if reserved || line?.draft.amount.isPositive == true, simulatedRunOuts[taken] == nil,
            simulated.isOverdrawn(taken, in: draft)
        {
            simulatedRunOuts[taken] = place
        }
    }
}

extension AccountState {
    /// Whether more of a credit type was used or reserved than there was, beyond the overage that the plan allows.
    fileprivate func isOverdrawn(_ creditType: CreditTypeID, in catalog: Catalog) -> Bool {
        let balance = typeBalance(of: creditType)
        let beyond = Int128(balance.debt.nanocredits) + Int128(balance.heldOverage.nanocredits)
        if beyond <= 0 { return false }
        guard case .allow(let limit) = subscription.plan.flatMap({ catalog.plans[$0] })?.overage else { return true }
        return beyond > Int128(limit.nanocredits)
    }
}
