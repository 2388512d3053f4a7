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

    func auditRecords(_ query: AuditQuery) throws -> [StoredAuditRecord] {
        let matching = ledger.audit.values.joined().filter { query.matches($0) }
        return Array(matching.sorted { $0.place > $1.place }.prefix(query.limit))
    }

    func append(_ record: StoredAuditRecord) throws {
        ledger.audit[record.chain, default: []].append(record)
        ledger.auditHeads[record.chain] = AuditHead(seq: record.seq, hash: record.hash)
    }
}
