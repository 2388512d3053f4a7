import ScripCore
import ScripEngine

extension PostgresReader {
    var keepsSeals: Bool { true }

    func profile(of account: AccountID) throws -> Profile? {
        let rows = try transaction.ask(
            "SELECT name, email, metadata FROM scrip.accounts WHERE account_id = $1", .text(account.rawValue))
        return rows.indices.first.map { row in
            Profile(
                name: rows.optionalText(row, 0), email: rows.optionalText(row, 1), metadata: rows.optionalText(row, 2))
        }
    }

    func catalog(version: Int64) throws -> StoredCatalog? {
        let rows = try transaction.ask(
            "SELECT \(PostgresReader.catalogColumns) FROM scrip.catalogs WHERE version = $1", .integer(version))
        return try rows.indices.first.map { try PostgresReader.catalog(rows, $0) }
    }

    func snapshots(of account: AccountID, after seq: Int64, limit: Int) throws -> [StoredSnapshot] {
        let rows = try transaction.ask(
            """
            SELECT seq, recorded_at, state FROM scrip.snapshots WHERE account_id = $1 AND seq > $2
            ORDER BY seq LIMIT $3
            """,
            .text(account.rawValue), .integer(seq), .integer(Int64(limit)))
        return try rows.indices.map { row in
            StoredSnapshot(
                seq: try rows.integer(row, 0), recordedAt: try rows.time(row, 1),
                state: try StateCoding.decode(rows.bytes(row, 2), id: account))
        }
    }

    func seals(after seal: RecordSeal?, limit: Int) throws -> [RecordSeal] {
        let rows = try transaction.ask(
            """
            SELECT kind, id, digest FROM scrip.record_seals WHERE (kind, id) > ($1, $2) ORDER BY kind, id LIMIT $3
            """,
            .text(seal?.kind.rawValue ?? ""), .text(seal?.id ?? ""), .integer(Int64(limit)))
        return try rows.indices.map { row in
            guard let kind = RecordSeal.Kind(rawValue: rows.text(row, 0)),
                let digest = Digest(bytes: rows.bytes(row, 2))
            else { throw StoreError(.damaged, "A seal is damaged.") }
            return RecordSeal(kind: kind, id: rows.text(row, 1), digest: digest)
        }
    }

    func seal(_ kind: RecordSeal.Kind, _ id: String) throws -> RecordSeal? {
        let rows = try transaction.ask(
            "SELECT digest FROM scrip.record_seals WHERE kind = $1 AND id = $2", .text(kind.rawValue), .text(id))
        return try rows.indices.first.map { row in
            guard let digest = Digest(bytes: rows.bytes(row, 0)) else {
                throw StoreError(.damaged, "The seal of the \(kind.words) '\(id)' is damaged.")
            }
            return RecordSeal(kind: kind, id: id, digest: digest)
        }
    }

    func sealedRecordCounts() throws -> [RecordSeal.Kind: Int64] {
        var counts: [RecordSeal.Kind: Int64] = [:]
        for kind in RecordSeal.Kind.allCases {
            counts[kind] = try transaction.ask("SELECT count(*) FROM \(PostgresReader.source(of: kind))").integer(0, 0)
        }
        return counts
    }

    /// Where the records of a kind are found.
    private static func source(of kind: RecordSeal.Kind) -> String {
        switch kind {
        case .profile: "scrip.accounts WHERE name IS NOT NULL OR email IS NOT NULL OR metadata IS NOT NULL"
        case .catalog: "scrip.catalogs"
        case .priceBook: "scrip.price_books"
        case .apiKey: "scrip.api_keys"
        case .signingKey: "scrip.signing_keys"
        case .trackingFailure: "scrip.tracking_failures"
        case .purchase: "scrip.purchases"
        case .purchaseReference: "scrip.purchase_references"
        case .billingProfile: "scrip.billing_profiles"
        case .paymentMessage: "scrip.provider_events"
        case .issuer: "scrip.issuers"
        }
    }

    /// What names a record of a kind.
    private static func name(of kind: RecordSeal.Kind) -> String {
        switch kind {
        case .profile, .billingProfile: "account_id"
        case .catalog: "version::text"
        case .priceBook: "encode(digest, 'hex')"
        case .apiKey, .signingKey, .trackingFailure: "id"
        case .purchase: "purchase_id || ' ' || account_id"
        case .purchaseReference: "provider || ' ' || reference"
        case .paymentMessage: "provider || ' ' || event_id"
        case .issuer: "issuer"
        }
    }

    /// Names of all records of a kind. Versions of the catalog come in their order, as the seal of each is over the one
    /// before.
    private func recordNames(_ kind: RecordSeal.Kind) throws -> [String] {
        let order = kind == .catalog ? "ORDER BY version" : ""
        let sql = "SELECT \(PostgresReader.name(of: kind)) FROM \(PostgresReader.source(of: kind)) \(order)"
        let rows = try transaction.ask(sql)
        return rows.indices.map { rows.text($0, 0) }
    }

    func issuerSeal(_ issuer: String) throws -> RecordSeal? {
        let rows = try transaction.ask(
            """
            SELECT kind, account_rule, account_prefix, subject_claim, organization_claim FROM scrip.issuers
            WHERE issuer = $1
            """, .text(issuer))
        return rows.indices.first.map { row in
            IssuerRule(
                issuer: issuer, kind: rows.text(row, 0), accountRule: rows.text(row, 1),
                accountPrefix: rows.text(row, 2),
                subjectClaim: rows.text(row, 3), organizationClaim: rows.optionalText(row, 4)
            ).seal
        }
    }

    /// Seals what was written of issuers before that had seals.
    static func sealIssuers(in connection: Connection) throws {
        let transaction = Transaction(on: connection, begin: [])
        let reader = PostgresReader(transaction)
        for name in try reader.recordNames(.issuer) {
            guard let seal = try reader.issuerSeal(name) else { continue }
            _ = try transaction.ask([PostgresWriter.statement(for: seal)])
        }
    }

    /// Seals the records of a database that were written before there were seals.
    static func sealEarlierRecords(in connection: Connection) throws {
        let transaction = Transaction(on: connection, begin: [])
        let found = try transaction.ask("SELECT count(*) FROM scrip.record_seals WHERE kind = 'unsealed'")
        if try found.integer(0, 0) == 0 { return }
        let reader = PostgresReader(transaction)
        for kind in RecordSeal.Kind.allCases {
            for name in try reader.recordNames(kind) {
                let seal: RecordSeal?
                do {
                    seal = try reader.presentSeal(kind, name)
                } catch let failure as PostgresFailure {
                    throw failure
                } catch {
                    // One that cannot be read stays without a seal, which verification tells of.
                    continue
                }
                guard let seal else { continue }
                _ = try transaction.ask([PostgresWriter.statement(for: seal)])
            }
        }
        _ = try transaction.ask([Statement("DELETE FROM scrip.record_seals WHERE kind = 'unsealed'")])
    }
}

extension PostgresWriter {
    /// Notes the seal of a record that is saved.
    func tell(_ seal: RecordSeal) { transaction.tell(PostgresWriter.statement(for: seal)) }

    /// Notes the seal of a record that is saved unless there is one of its name already.
    func tellIfNew(_ seal: RecordSeal) { transaction.tell(PostgresWriter.statement(for: seal, conflict: "NOTHING")) }

    static func statement(
        for seal: RecordSeal, conflict: String = "UPDATE SET digest = excluded.digest"
    ) -> Statement {
        Statement(
            """
            INSERT INTO scrip.record_seals (kind, id, digest) VALUES ($1, $2, $3)
            ON CONFLICT (kind, id) DO \(conflict)
            """,
            .text(seal.kind.rawValue), .text(seal.id), .bytes(seal.digest.bytes))
    }

    /// Notes that a record is removed.
    func tellRemoved(_ kind: RecordSeal.Kind, _ id: String) {
        transaction.tell(
            Statement(
                "DELETE FROM scrip.record_seals WHERE kind = $1 AND id = $2", .text(kind.rawValue), .text(id)))
    }

    /// Records the profile of an account, or that there is none.
    func tell(_ profile: Profile, of account: AccountID) {
        if let seal = RecordSeal.profile(profile, of: account) { return tell(seal) }
        tellRemoved(.profile, account.rawValue)
    }
}
