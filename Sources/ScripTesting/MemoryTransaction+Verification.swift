import ScripCore
import ScripEngine

/// Memory keeps neither seals nor snapshots, and has nothing to look over.
extension MemoryTransaction {
    var keepsSeals: Bool { false }
    func snapshots(of account: AccountID, after seq: Int64, limit: Int) throws -> [StoredSnapshot] { [] }
    func seals(after seal: RecordSeal?, limit: Int) throws -> [RecordSeal] { [] }
    func seal(_ kind: RecordSeal.Kind, _ id: String) throws -> RecordSeal? { nil }
    func issuerSeal(_ issuer: String) throws -> RecordSeal? { nil }
    func sealedRecordCounts() throws -> [RecordSeal.Kind: Int64] { [:] }
    var examinationCount: Int { 0 }
    func examine(_ part: Int, _ report: (Verification.Finding) -> Void) throws {}
}
