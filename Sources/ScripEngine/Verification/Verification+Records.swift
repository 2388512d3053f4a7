import ScripCore

/// Goes through all seals and compares each with its record, and purchases with the journals.
struct RecordCheck {
    /// How many seals are looked at in one transaction.
    static let pageSize = 200

    private(set) var findings: [Verification.Finding] = []
    private(set) var count = 0
    private var present: [RecordSeal.Kind: Int64] = [:]

    /// Compares some seals with their records.
    mutating func read(_ seals: [RecordSeal], in reading: any LedgerReading) throws {
        for seal in seals {
            count += 1
            do {
                let found = try reading.presentSeal(seal.kind, seal.id)
                if found != nil { present[seal.kind, default: 0] += 1 }
                if found == nil && !seal.kind.mayBeRemoved {
                    note(seal.kind, seal.id, "is gone")
                } else if let found, found != seal {
                    note(seal.kind, seal.id, "is not as Scrip wrote it")
                }
                try compare(seal, in: reading)
            } catch let problem where Verification.isDamage(problem) {
                present[seal.kind, default: 0] += 1
                note(seal.kind, seal.id, "cannot be read: \(problem)")
            }
        }
    }

    /// Compares the number of records with the number of their seals.
    mutating func end(_ counts: [RecordSeal.Kind: Int64]) {
        for kind in RecordSeal.Kind.allCases {
            guard let records = counts[kind], records != present[kind] ?? 0 else { continue }
            note(kind, nil, "\(records) are kept, but \(present[kind] ?? 0) were written by Scrip")
        }
    }

    private mutating func note(_ kind: RecordSeal.Kind, _ id: String?, _ description: String) {
        findings.append(
            Verification.Finding(table: kind.table, record: id, description: description, remedy: kind.remedy))
    }

    private mutating func compare(_ seal: RecordSeal, in reading: any LedgerReading) throws {
        switch seal.kind {
        case .priceBook:
            guard let digest = Digest(seal.id), let document = try reading.priceBookDocument(digest) else { return }
            if Digest(of: Array(document.utf8)) != digest {
                note(seal.kind, seal.id, "the document has another digest than the book's")
            }
        case .catalog:
            guard let version = Int64(seal.id), let stored = try reading.catalog(version: version) else { return }
            do throws(CatalogProblem) {
                _ = try CatalogDocument.catalog(of: stored)
            } catch {
                note(seal.kind, seal.id, "the document cannot be read: \(error)")
            }
        case .apiKey:
            guard let key = try reading.apiKey(id: seal.id) else { return }
            if SecretKey.kindAndMode(of: key.prefix) == nil { note(seal.kind, seal.id, "its prefix is not a key's") }
            for scope in key.scopes where Scope(rawValue: scope) == nil {
                note(seal.kind, seal.id, "'\(scope)' is not a scope")
            }
        case .purchase:
            guard let (id, account) = RecordSeal.words(of: seal.id),
                let purchase = try reading.purchase(id, of: AccountID(unchecked: account))
            else { return }
            for description in try PurchaseCheck(purchase).differences(in: reading) {
                note(seal.kind, seal.id, description)
            }
        case .profile, .signingKey, .trackingFailure, .purchaseReference, .billingProfile, .paymentMessage,
            .issuer:
            break
        }
    }
}

/// Compares a purchase with the entries that it names.
struct PurchaseCheck {
    private let purchase: Purchase

    init(_ purchase: Purchase) {
        self.purchase = purchase
    }

    /// What does not agree, as sentences.
    func differences(in reading: any LedgerReading) throws -> [String] {
        var found: [String] = []
        if purchase.status.wasPaid && purchase.problem == nil && purchase.grants.isEmpty {
            found.append("it was paid, but names no grant")
        }
        if !purchase.status.wasPaid && !purchase.grants.isEmpty { found.append("it names a grant, but was not paid") }
        for (index, grant) in purchase.grants.enumerated() {
            let entry = try reading.entry(grant.seq, of: purchase.account)?.entry
            guard let entry, let terms = entry.terms else {
                found.append("line \(grant.seq) of the journal is not the grant that it should be")
                continue
            }
            if entry.creditType != purchase.creditType || terms.source != .purchased {
                found.append("the grant of line \(grant.seq) gives other credits")
            }
            if index == 0 && terms.amount != purchase.credits {
                found.append("the grant of line \(grant.seq) gives \(terms.amount), bought were \(purchase.credits)")
            }
        }
        for reference in purchase.facts.references.sorted() {
            if try reading.purchaseLocation(provider: purchase.provider, reference: reference) == nil {
                found.append("it cannot be found by '\(reference)'")
            }
        }
        return found
    }

    /// What is wrong with an entry that Scrip wrote for a purchase; `nil` for one that it did not.
    static func difference(_ entry: Entry, of account: AccountID, in reading: any LedgerReading) throws -> String? {
        guard entry.terms?.source == .purchased, let name = entry.idempotencyKey?.rawValue,
            entry.carries(IdempotencyKey(unchecked: name, owner: .system)), name.hasPrefix("purchase:")
        else { return nil }
        let id = name.split(separator: ":").dropFirst().first.map(String.init) ?? ""
        guard let purchase = try reading.purchase(id, of: account) else { return "the purchase \(id) is missing" }
        return purchase.grants.contains(GrantID(seq: entry.seq))
            ? nil : "the purchase \(id) does not know of this grant"
    }
}
