/// What stores keep, noun by noun, in the order in which it is copied. ``LedgerReading`` and ``LedgerWriting`` are made
/// of the same nouns.
enum LedgerNoun: CaseIterable, Sendable {
    case catalogs, keys, journals, usage, audit, failures, purchases, denials, jobs, verification

    /// The kinds of records that are copied one by one, of nouns that are made of such.
    var recordKinds: [RecordKind] {
        switch self {
        case .failures: [.failure]
        case .purchases: [.purchase, .billingProfile, .paymentMessage]
        case .denials: [.denial]
        case .catalogs, .keys, .journals, .usage, .audit, .jobs, .verification: []
        }
    }
}

extension LedgerCopy {
    /// Copies what the target lacks of a noun.
    func copy(_ noun: LedgerNoun, _ made: inout Progress, _ report: @Sendable (Progress) -> Void) async throws {
        switch noun {
        case .catalogs: try await copyCatalogs(&made)
        case .keys: try await copyKeys(&made)
        case .journals: try await copyAccounts(&made, report)
        case .audit: try await copyAudit(&made, report)
        case .failures, .purchases, .denials: try await copyRecords(of: noun.recordKinds, &made, report)
        case .usage: break  // The target adds it up from the journals that it is given.
        case .jobs: break  // Instances over the target begin with turns of their own.
        case .verification: break  // The target seals what it is given, and keeps snapshots of its own.
        }
    }

    /// Checks that both stores hold the same of a noun.
    func requireSame(_ noun: LedgerNoun) async throws {
        switch noun {
        case .catalogs: try await requireSameCatalogs()
        case .keys: try await requireSameKeys()
        case .journals: try await requireSameAccounts()
        case .audit: try await requireSameChains()
        case .failures, .purchases, .denials:
            for kind in noun.recordKinds { try await requireSameRecords(of: kind) }
        case .usage, .jobs, .verification: break  // Recomputed when the target is verified, or not copied.
        }
    }
}
