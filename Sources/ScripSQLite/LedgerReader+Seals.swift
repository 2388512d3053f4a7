import Foundation
import GRDB
import ScripCore
import ScripEngine

extension LedgerReader {
    var keepsSeals: Bool { true }

    func profile(of account: AccountID) throws -> Profile? {
        try row("SELECT name, email, metadata FROM accounts WHERE account_id = ?", [account.rawValue])
            .map { Profile(name: try $0[0], email: try $0[1], metadata: try $0[2]) }
    }

    func catalog(version: Int64) throws -> StoredCatalog? {
        try row("SELECT \(LedgerReader.catalogColumns) FROM catalogs WHERE version = ?", [version])
            .map(LedgerReader.catalog)
    }

    func snapshots(of account: AccountID, after seq: Int64, limit: Int) throws -> [StoredSnapshot] {
        let sql = """
            SELECT last_seq, recorded_at, state FROM segments WHERE account_id = ? AND last_seq > ?
            ORDER BY last_seq LIMIT ?
            """
        return try rows(sql, [account.rawValue, seq, limit]).map { row in
            StoredSnapshot(
                seq: try row[0], recordedAt: try row.time(1),
                state: try StateCoding.decode([UInt8](try row[2] as Data), id: account))
        }
    }

    func seals(after seal: RecordSeal?, limit: Int) throws -> [RecordSeal] {
        try rows(
            """
            SELECT kind, id, digest FROM record_seals WHERE (kind, id) > (?, ?) ORDER BY kind, id LIMIT ?
            """,
            [seal?.kind.rawValue ?? "", seal?.id ?? "", limit]
        ).map { row in
            guard let kind = RecordSeal.Kind(rawValue: try row[0]), let digest = Digest(bytes: try row[2] as Data)
            else {
                throw StoreError(.damaged, "A seal is damaged.")
            }
            return RecordSeal(kind: kind, id: try row[1], digest: digest)
        }
    }

    func seal(_ kind: RecordSeal.Kind, _ id: String) throws -> RecordSeal? {
        try row("SELECT digest FROM record_seals WHERE kind = ? AND id = ?", [kind.rawValue, id]).map { row in
            guard let digest = Digest(bytes: try row[0] as Data) else {
                throw StoreError(.damaged, "The seal of the \(kind.words) '\(id)' is damaged.")
            }
            return RecordSeal(kind: kind, id: id, digest: digest)
        }
    }

    /// Nothing: issuers are PostgreSQL's.
    func issuerSeal(_ issuer: String) throws -> RecordSeal? { nil }

    func sealedRecordCounts() throws -> [RecordSeal.Kind: Int64] {
        var counts: [RecordSeal.Kind: Int64] = [:]
        for kind in RecordSeal.Kind.allCases {
            counts[kind] = try row("SELECT count(*) FROM \(LedgerReader.source(of: kind))", []).map { try $0[0] }
        }
        return counts
    }

    /// Where the records of a kind are found, and what names each.
    private static func source(of kind: RecordSeal.Kind) -> String {
        switch kind {
        case .profile: "accounts WHERE name IS NOT NULL OR email IS NOT NULL OR metadata IS NOT NULL"
        case .catalog: "catalogs"
        case .priceBook: "price_books"
        case .apiKey: "api_keys"
        case .signingKey: "signing_keys"
        case .trackingFailure: "tracking_failures"
        case .purchase: "purchases"
        case .purchaseReference: "purchase_references"
        case .billingProfile: "billing_profiles"
        case .paymentMessage: "provider_events"
        case .issuer: "(SELECT '' AS issuer WHERE 0)"
        }
    }

    private static func name(of kind: RecordSeal.Kind) -> String {
        switch kind {
        case .profile, .billingProfile: "account_id"
        case .catalog: "CAST(version AS TEXT)"
        case .priceBook: "lower(hex(digest))"
        case .apiKey, .signingKey, .trackingFailure: "id"
        case .purchase: "purchase_id || ' ' || account_id"
        case .purchaseReference: "provider || ' ' || reference"
        case .paymentMessage: "provider || ' ' || event_id"
        case .issuer: "issuer"
        }
    }

    /// Names of all records of a kind. Versions of the catalog come in their order, as the seal of each is over the one
    /// before.
    fileprivate func recordNames(_ kind: RecordSeal.Kind) throws -> [String] {
        let order = kind == .catalog ? "ORDER BY version" : ""
        return try rows("SELECT \(LedgerReader.name(of: kind)) FROM \(LedgerReader.source(of: kind)) \(order)", [])
            .map { try $0[0] }
    }

    /// Whether there are records that were written before there were seals.
    static func hasUnsealedRecords(in database: Database) throws -> Bool {
        try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM record_seals WHERE kind = 'unsealed')") ?? false
    }

    /// Seals the records of a database that were written before there were seals.
    static func sealEarlierRecords(in database: Database) throws {
        let reader = LedgerReader(database: database, recent: RecentEntries())
        for kind in RecordSeal.Kind.allCases {
            for name in try reader.recordNames(kind) {
                // One that cannot be read stays without a seal, which verification tells of.
                guard let seal = try? reader.presentSeal(kind, name) else { continue }
                try database.execute(
                    sql: "INSERT OR REPLACE INTO record_seals (kind, id, digest) VALUES (?, ?, ?)",
                    arguments: [kind.rawValue, name, Data(seal.digest.bytes)])
            }
        }
        try database.execute(sql: "DELETE FROM record_seals WHERE kind = 'unsealed'")
    }
}

extension LedgerWriter {
    /// Seals a record as the database has it now.
    func keepSeal(_ kind: RecordSeal.Kind, _ id: String) throws {
        guard let seal = try presentSeal(kind, id) else {
            return try execute("DELETE FROM record_seals WHERE kind = ? AND id = ?", [kind.rawValue, id])
        }
        try execute(
            "INSERT OR REPLACE INTO record_seals (kind, id, digest) VALUES (?, ?, ?)",
            [kind.rawValue, id, Data(seal.digest.bytes)])
    }

    /// Seals a record whose name needs two words.
    func keepSeal(_ kind: RecordSeal.Kind, _ first: String, _ second: String) throws {
        try keepSeal(kind, "\(first) \(second)")
    }
}
