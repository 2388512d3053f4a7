import ScripCore

extension LedgerCopy {
    /// Copies the audit records that the target lacks, chain by chain.
    func copyAudit(_ progress: inout Progress, _ report: @Sendable (Progress) -> Void) async throws {
        var last: AuditChain?
        var waiting: [StoredAuditRecord] = []
        while true {
            let after = last
            let chains = try await source.read { try $0.auditChains(after: after, limit: LedgerCopy.pageSize) }
            for chain in chains {
                var seq = try await target.read { try $0.auditHead(of: chain) }?.seq ?? 0
                while true {
                    let place = seq
                    let records = try await source.read {
                        try $0.auditRecords(of: chain, after: place, limit: LedgerCopy.batchSize)
                    }
                    waiting += records
                    if waiting.count >= LedgerCopy.batchSize { try await append(&waiting, &progress, report) }
                    guard records.count == LedgerCopy.batchSize, let end = records.last?.seq else { break }
                    seq = end
                }
            }
            guard let end = chains.last else { break }
            last = end
        }
        try await append(&waiting, &progress, report)
    }

    private func append(
        _ waiting: inout [StoredAuditRecord], _ progress: inout Progress, _ report: @Sendable (Progress) -> Void
    ) async throws {
        let records = waiting
        waiting = []
        if records.isEmpty { return }
        try await target.write { writing in
            for record in records { try writing.append(record) }
        }
        progress.auditRecordCount += records.count
        report(progress)
    }

    /// Copies the records of some kinds that the target lacks or that have changed.
    func copyRecords(
        of kinds: [RecordKind], _ progress: inout Progress, _ report: @Sendable (Progress) -> Void
    ) async throws {
        for kind in kinds {
            var pages = RecordPages(of: kind, in: source)
            while let page = try await pages.next() {
                let found = try await target.read { reading in try page.map { try $0.counterpart(in: reading) } }
                let changed = zip(page, found).filter { !$0.isSame(as: $1) }.map(\.0)
                if changed.isEmpty { continue }
                try await target.write { writing in
                    for record in changed { try record.save(in: writing) }
                }
                progress.otherCount += changed.count
                report(progress)
            }
        }
    }
}
