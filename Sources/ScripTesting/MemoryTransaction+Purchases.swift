import ScripCore
import ScripEngine

extension MemoryTransaction {
    func purchase(_ id: String, of account: AccountID) throws -> Purchase? {
        ledger.purchases[PurchaseLocation(account: account, purchase: id)]
    }

    func purchaseLocation(provider: String, reference: String) throws -> PurchaseLocation? {
        ledger.purchaseReferences["\(provider)\u{0}\(reference)"]
    }

    func purchases(_ query: PurchaseQuery, setAside: ((PurchaseLocation) -> Void)?) throws -> [Purchase] {
        let matching = ledger.purchases.values.filter { query.matches($0) }
        return Array(matching.sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }.prefix(query.limit))
    }

    func purchasesDue(by moment: Timestamp, limit: Int) throws -> [Purchase] {
        Array(ledger.purchases.values.filter { ($0.nextAttemptAt ?? .latest) <= moment }.prefix(limit))
    }

    func paymentMessage(provider: String, id: String) throws -> PaymentMessage? {
        ledger.paymentMessages["\(provider)\u{0}\(id)"]
    }

    func paymentMessages(after event: PaymentMessage?, limit: Int) throws -> [PaymentMessage] {
        let sorted = ledger.paymentMessages.values.sorted { ($0.provider, $0.id) < ($1.provider, $1.id) }
        guard let event else { return Array(sorted.prefix(limit)) }
        return Array(sorted.filter { ($0.provider, $0.id) > (event.provider, event.id) }.prefix(limit))
    }

    func billingProfiles(after account: AccountID?, limit: Int) throws -> [BillingProfile] {
        let sorted = ledger.billingProfiles.values.sorted { $0.account < $1.account }
        return Array(sorted.filter { profile in account.map { profile.account > $0 } ?? true }.prefix(limit))
    }

    func billingProfile(of account: AccountID) throws -> BillingProfile? { ledger.billingProfiles[account] }

    func billingProfilesWithTopUp(after account: AccountID?, limit: Int) throws -> [BillingProfile] {
        let profiles = ledger.billingProfiles.values.filter { profile in
            profile.topUp?.isEnabled == true && account.map { profile.account > $0 } ?? true
        }
        return Array(profiles.sorted { $0.account < $1.account }.prefix(limit))
    }

    func account(ofCustomer customer: String, provider: String) throws -> AccountID? {
        ledger.billingProfiles.values.filter { $0.customer == customer && $0.provider == provider }
            .map(\.account).min()
    }

    func save(_ purchase: Purchase) throws {
        let place = PurchaseLocation(account: purchase.account, purchase: purchase.id)
        ledger.purchases[place] = purchase
        let own = ["\(Purchase.ownReferences)\u{0}\(purchase.id)"]
        for key in own + purchase.facts.references.map({ "\(purchase.provider)\u{0}\($0)" })
        where ledger.purchaseReferences[key] == nil {
            ledger.purchaseReferences[key] = place
        }
    }

    func append(_ event: PaymentMessage) throws {
        let key = "\(event.provider)\u{0}\(event.id)"
        if ledger.paymentMessages[key] != nil { throw StoreError(.damaged, "The event is there already.") }
        ledger.paymentMessages[key] = event
    }

    func save(_ profile: BillingProfile) throws { ledger.billingProfiles[profile.account] = profile }

    func job(_ name: String, waits: Bool) throws -> JobRecord? { ledger.jobs[name] ?? JobRecord(name: name) }

    func save(_ job: JobRecord) throws { ledger.jobs[job.name] = job }
}
