import ScripCore

/// What can be read of the audit log.
public protocol AuditReading {
    /// Where a chain of audit records ends; `nil` before its first.
    func auditHead(of chain: AuditChain) throws -> AuditHead?
    /// Chains of audit records in order of their names' bytes, after one: those that have records, and those that
    /// should.
    func auditChains(after chain: AuditChain?, limit: Int) throws -> [AuditChain]
    /// Records of a chain in order of their numbers.
    func auditRecords(of chain: AuditChain, after seq: Int64, limit: Int) throws -> [StoredAuditRecord]
    /// Records of all chains that match, newest first. Those that are damaged are told by their chains and numbers, if
    /// anybody wants to know, and others come in their stead; otherwise they end it.
    func auditRecords(_ query: AuditQuery, setAside: ((String) -> Void)?) throws -> [StoredAuditRecord]
}

extension AuditChain {
    /// What a record of the chain is called that cannot be read.
    public func place(of seq: Int64) -> String { "\(name)#\(seq)" }
}

extension AuditReading {
    /// Records of all chains that match, newest first, unless one is damaged.
    public func auditRecords(_ query: AuditQuery) throws -> [StoredAuditRecord] {
        try auditRecords(query, setAside: nil)
    }
}

/// Where the audit log is kept.
public protocol AuditStore: AuditReading {
    /// Replaces records of an audit chain by such as have the same numbers, and are found by the same; with the last one,
    /// the note of where the chain ends. For erasing only.
    func replace(_ records: [StoredAuditRecord], of chain: AuditChain) throws
    /// Adds an audit record to the end of its chain, and notes that it ends there.
    func append(_ record: StoredAuditRecord) throws
}
