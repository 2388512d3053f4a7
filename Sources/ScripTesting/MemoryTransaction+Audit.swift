import ScripCore
import ScripEngine

extension MemoryTransaction {
    func auditHead(of chain: AuditChain) throws -> AuditHead? { ledger.auditHeads[chain] }

    func auditChains(after chain: AuditChain?, limit: Int) throws -> [AuditChain] {
        let chains = Set(ledger.audit.keys).union(ledger.auditHeads.keys).sorted()
        return Array(chains.filter { next in chain.map { $0 < next } ?? true }.prefix(limit))
    }

    func auditRecords(of chain: AuditChain, after seq: Int64, limit: Int) throws -> [StoredAuditRecord] {
        Array((ledger.audit[chain] ?? []).filter { $0.seq > seq }.prefix(limit))
    }

    func auditRecords(_ query: AuditQuery, setAside: ((String) -> Void)?) throws -> [StoredAuditRecord] {
        let matching = ledger.audit.values.joined().filter { query.matches($0) }
        return Array(matching.sorted { $0.place > $1.place }.prefix(query.limit))
    }

    func replace(_ records: [StoredAuditRecord], of chain: AuditChain) throws {
        let byNumber = Dictionary(records.map { ($0.seq, $0) }) { first, _ in first }
        ledger.audit[chain] = ledger.audit[chain]?.map { byNumber[$0.seq] ?? $0 }
        if let last = records.last, ledger.auditHeads[chain]?.seq == last.seq {
            ledger.auditHeads[chain] = AuditHead(seq: last.seq, digest: last.digest)
        }
    }

    func append(_ record: StoredAuditRecord) throws {
        ledger.audit[record.chain, default: []].append(record)
        ledger.auditHeads[record.chain] = AuditHead(seq: record.seq, digest: record.digest)
    }
}
