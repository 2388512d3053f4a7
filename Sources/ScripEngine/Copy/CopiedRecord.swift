import ScripCore

/// The kinds of records that are copied one by one.
enum RecordKind: Sendable {
    case failure, purchase, billingProfile, paymentMessage, denial
}

/// A record that is neither an entry of a journal nor of the audit log.
enum CopiedRecord: Sendable, Hashable {
    case failure(TrackingFailure)
    case purchase(Purchase)
    case billingProfile(BillingProfile)
    case paymentMessage(PaymentMessage)
    case denial(Denial)

    /// The record of the same name in another store.
    func counterpart(in reading: any LedgerReading) throws -> CopiedRecord? {
        switch self {
        case .failure(let failure): try reading.trackingFailure(failure.id).map { .failure($0) }
        case .purchase(let purchase):
            try reading.purchase(purchase.id, of: purchase.account).map { .purchase($0) }
        case .billingProfile(let profile):
            try reading.billingProfile(of: profile.account).map { .billingProfile($0) }
        case .paymentMessage(let event):
            try reading.paymentMessage(provider: event.provider, id: event.id).map { .paymentMessage($0) }
        case .denial(let denial):
            try reading.denial(denial.id, of: denial.subject.account).map { .denial($0) }
        }
    }

    func save(in writing: any LedgerWriting) throws {
        switch self {
        case .failure(let failure): try writing.save(failure)
        case .purchase(let purchase): try writing.save(purchase)
        case .billingProfile(let profile): try writing.save(profile)
        case .paymentMessage(let event): try writing.append(event)
        case .denial(let denial): try writing.replace(denial)
        }
    }

    /// Whether both say the same; a failure's number is the store's own.
    func isSame(as other: CopiedRecord?) -> Bool {
        guard case .failure(let mine) = self, case .failure(var others)? = other else { return self == other }
        others.number = mine.number
        return mine == others
    }

    /// A name for people.
    var name: String {
        switch self {
        case .failure(let failure): "tracking failure \(failure.id)"
        case .purchase(let purchase): "purchase \(purchase.id)"
        case .billingProfile(let profile): "billing profile of account '\(profile.account)'"
        case .paymentMessage(let event): "message \(event.id) of \(event.provider)"
        case .denial(let denial): "denial \(denial.id) of account '\(denial.subject.account)'"
        }
    }
}

/// All records of a kind in a store, page by page.
struct RecordPages {
    private let kind: RecordKind
    private let store: any LedgerStore
    private var last: CopiedRecord?
    private var isDone = false

    init(of kind: RecordKind, in store: any LedgerStore) {
        self.kind = kind
        self.store = store
    }

    /// The next page; `nil` after the last.
    mutating func next() async throws -> [CopiedRecord]? {
        if isDone { return nil }
        let (kind, last, limit) = (kind, last, LedgerCopy.pageSize)
        let page = try await store.read { try RecordPages.page(of: kind, after: last, limit: limit, in: $0) }
        isDone = page.count < limit
        self.last = page.last
        return page.isEmpty ? nil : page
    }

    private static func page(
        of kind: RecordKind, after last: CopiedRecord?, limit: Int, in reading: any LedgerReading
    ) throws -> [CopiedRecord] {
        switch kind {
        case .failure:
            var number: Int64 = 0
            if case .failure(let failure)? = last { number = failure.number }
            return try reading.trackingFailures(after: number, limit: limit).map { .failure($0) }
        case .purchase:
            var query = PurchaseQuery(limit: limit)
            if case .purchase(let purchase)? = last {
                query.after = PurchaseQuery.Place(createdAt: purchase.createdAt, id: purchase.id)
            }
            return try reading.purchases(query).map { .purchase($0) }
        case .billingProfile:
            var account: AccountID?
            if case .billingProfile(let profile)? = last { account = profile.account }
            return try reading.billingProfiles(after: account, limit: limit).map { .billingProfile($0) }
        case .paymentMessage:
            var place: PaymentMessage?
            if case .paymentMessage(let event)? = last { place = event }
            return try reading.paymentMessages(after: place, limit: limit).map { .paymentMessage($0) }
        case .denial:
            var query = DenialQuery(limit: limit)
            if case .denial(let denial)? = last { query.before = denial.place }
            return try reading.denials(query).map { .denial($0) }
        }
    }
}
