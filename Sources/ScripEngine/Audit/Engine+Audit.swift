import ScripCore

/// A record with the digest that stands for it in its chain.
public struct SealedAuditRecord: Sendable, Hashable {
    /// What it says.
    public var record: AuditRecord
    /// Its digest.
    public var digest: Digest
}

extension Engine {
    /// Records that match, newest first. What cannot be read is set aside, with a line in the log.
    public func auditRecords(_ query: AuditQuery) async throws -> [SealedAuditRecord] {
        try await auditPage(query).lines
    }

    /// The same with the chains and numbers of the records that lie among them and cannot be read.
    public func auditPage(_ query: AuditQuery) async throws -> (lines: [SealedAuditRecord], damaged: [String]) {
        let page = try await readList(of: "audit record") { reading, setAside in
            try reading.auditRecords(query, setAside: setAside).map {
                SealedAuditRecord(record: try $0.record(), digest: $0.digest)
            }
        }
        return (page.found, page.damaged)
    }

    /// Recomputes every chain of audit records and compares it with where it should end.
    /// - Parameter progress: called after some chains with the numbers so far.
    public func verifyAudit(
        progress: @Sendable (AuditVerification) -> Void = { _ in }
    ) async throws -> AuditVerification {
        var verification = AuditVerification()
        var last: AuditChain?
        while true {
            let after = last
            let found = try await store.read { reading in
                let chains = try reading.auditChains(after: after, limit: 200)
                return try chains.map { chain in
                    var check = AuditCheck(chain: chain)
                    while case let page = try reading.auditRecords(of: chain, after: check.readThrough, limit: 1_000),
                        !page.isEmpty
                    {
                        for record in page { check.read(record) }
                    }
                    check.end(at: try reading.auditHead(of: chain))
                    if let account = chain.account, check.lastLine > 0 {
                        do {
                            check.compare(withJournalEndingAt: try reading.account(account)?.state.seq ?? 0)
                        } catch  where StoreError.saysDamage(error) {
                            // The account itself is told of.
                        }
                    }
                    return check
                }
            }
            if found.isEmpty { return verification }
            for check in found { verification.add(check) }
            progress(verification)
            last = found.last?.chain
        }
    }
}
