import Logging
import ScripCore

extension LedgerCopy {
    /// Refuses a target that holds anything that is not an earlier part of the source.
    func requireEarlierPart() async throws {
        let catalogs = try await both { try Catalogs(in: $0) }
        let keys = try await both { try Keys(in: $0) }
        let difference =
            catalogs.target.contradiction(to: catalogs.source) ?? keys.target.contradiction(to: keys.source)
        if let difference { throw CopyProblem.foreign(difference) }
        var last: AccountID?
        while true {
            let after = last
            let page = try await target.read { try $0.accounts(after: after, limit: LedgerCopy.pageSize) }
            if page.isEmpty { break }
            let digests = try await source.read { reading in
                try page.map { try reading.entry($0.state.seq, of: $0.state.id)?.digest }
            }
            for (stored, digest) in zip(page, digests) where stored.state.lastDigest != digest {
                throw CopyProblem.foreign("account '\(stored.state.id)' differs at line \(stored.state.seq)")
            }
            last = page.last?.state.id
        }
        try await requireEarlierAudit()
    }

    private func requireEarlierAudit() async throws {
        var last: AuditChain?
        while true {
            let after = last
            let chains = try await target.read { try $0.auditChains(after: after, limit: LedgerCopy.pageSize) }
            if chains.isEmpty { return }
            let heads = try await target.read { reading in try chains.map { try reading.auditHead(of: $0) } }
            let digests = try await source.read { reading in
                try zip(chains, heads).map { chain, head in
                    try head.flatMap { try reading.auditRecords(of: chain, after: $0.seq - 1, limit: 1).first }?.digest
                }
            }
            for (chain, (head, digest)) in zip(chains, zip(heads, digests)) where head == nil || head?.digest != digest
            {
                throw CopyProblem.foreign("the audit log of \(chain.account.map { "'\($0)'" } ?? "all") differs")
            }
            last = chains.last
        }
    }

    /// Recomputes the target from its journals, and compares it with the source thing by thing.
    func requireSame() async throws {
        let engine = try await Engine(store: target, logger: Logger(label: "copy") { _ in SwiftLogNoOpLogHandler() })
        let verification = try await engine.verify()
        if let difference = verification.differences.first {
            throw CopyProblem("The copy of account '\(difference.account)' is wrong: \(difference.description).")
        }
        if let difference = verification.audit.differences.first {
            throw CopyProblem("The copy of the audit log is wrong: \(difference.description).")
        }
        if let finding = verification.findings.first {
            let place = [finding.table, finding.record].compactMap(\.self).joined(separator: " ")
            throw CopyProblem("The copy is wrong: \(place): \(finding.description).")
        }
        for noun in LedgerNoun.allCases { try await requireSame(noun) }
    }

    func requireSameRecords(of kind: RecordKind) async throws {
        var (wanted, kept) = (RecordPages(of: kind, in: source), RecordPages(of: kind, in: target))
        while true {
            let (page, copies) = (try await wanted.next() ?? [], try await kept.next() ?? [])
            for (record, copy) in zip(page, copies) where !record.isSame(as: copy) {
                throw CopyProblem.different("the \(record.name) differs")
            }
            if page.count != copies.count {
                throw CopyProblem.different("there is no \((page + copies)[min(page.count, copies.count)].name)")
            }
            if page.isEmpty { break }
        }
    }

    func requireSameAccounts() async throws {
        func comparable(_ stored: StoredAccount) -> StoredAccount {
            var stored = stored
            _ = stored.state.takeClosedUsage()
            return stored
        }
        var last: AccountID?
        while true {
            let after = last
            let page = try await source.read { try $0.accounts(after: after, limit: LedgerCopy.pageSize) }
            let copies = try await target.read { try $0.accounts(after: after, limit: LedgerCopy.pageSize) }
            for (stored, copy) in zip(page, copies) where comparable(stored) != comparable(copy) {
                throw CopyProblem.different("account '\(min(stored.state.id, copy.state.id))' differs")
            }
            if page.count != copies.count { throw CopyProblem.different("an account is there only once") }
            if page.isEmpty { return }
            last = page.last?.state.id
        }
    }

    func requireSameChains() async throws {
        @Sendable func ends(_ reading: any LedgerReading, after chain: AuditChain?) throws -> [AuditEnd] {
            try reading.auditChains(after: chain, limit: LedgerCopy.pageSize).map { chain in
                AuditEnd(chain: chain, head: try reading.auditHead(of: chain))
            }
        }
        var last: AuditChain?
        while true {
            let after = last
            let wanted = try await source.read { try ends($0, after: after) }
            if wanted != (try await target.read { try ends($0, after: after) }) {
                throw CopyProblem.different("the audit logs differ")
            }
            guard let end = wanted.last else { return }
            last = end.chain
        }
    }

    /// A chain and where it ends.
    private struct AuditEnd: Sendable, Hashable {
        var chain: AuditChain
        var head: AuditHead?
    }
}
