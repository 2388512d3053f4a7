import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// The catalog: reading, applying, history.
enum Catalogs {
    @Sendable static func show(_ call: Call) async throws -> Answer {
        guard let version = try await call.engine.catalogVersionInForce() else {
            throw RequestRefusal(404, .notFound, "No catalog", "No catalog has been applied yet.")
        }
        let books = try await call.engine.priceBooks()
        return Answer.object { writer in
            writer.catalogVersion(version, books: books)
            writer.member("document", version.document)
        }
    }

    @Sendable static func versions(_ call: Call) async throws -> Answer {
        let limit = try call.limit()
        let before = try call.query["cursor"].map { text in
            guard let version = Int64(try Cursor.read(text)), version > 0 else { throw Cursor.refusal }
            return version
        }
        let (versions, damaged) = try await call.engine.catalogOutlines(before: before, limit: limit + 1)
        let shown = versions.prefix(limit)
        let books = try await call.engine.priceBooks()
        return Answer.object { writer in
            writer.member("data", array: shown) { $0.catalogVersion($1, books: books) }
            writer.member("next_cursor", versions.count > limit ? shown.last.map { Cursor.make("\($0.version)") } : nil)
            writer.damaged(damaged)
        }
    }

    @Sendable static func apply(_ call: Call) async throws -> Answer {
        let document = try document(call)
        let isDryRun = call.query["dry_run"] == "true"
        let result = try await call.engine.applyCatalog(
            document: document, effectiveAt: call.time("effective_at"), isDryRun: isDryRun,
            replacements: replacements(call), origin: call.origin()
        )
        return Answer.object { $0.appliedCatalog(result, isDryRun: isDryRun) }
    }

    @Sendable static func importPrices(_ call: Call) async throws -> Answer {
        let isDryRun = call.query["dry_run"] == "true"
        let result = try await call.engine.importPrices(
            PriceBookDocument(call.body), effectiveAt: call.time("effective_at"), isDryRun: isDryRun,
            origin: call.origin()
        )
        return Answer.object { $0.appliedCatalog(result, isDryRun: isDryRun) }
    }

    /// What a draft catalog would have changed in a past period.
    @Sendable static func whatIf(_ call: Call) async throws -> Answer {
        let document = try document(call)
        let query = WhatIfQuery(
            from: try call.time("from"), to: try call.rangeEnd(),
            account: try call.query["account"].map { try Conversions.identifier($0, "account") },
            after: try call.query["after"].map { try Conversions.identifier($0, "after") },
            limit: try call.limit(most: WhatIfQuery.maxRows), maxLines: call.configuration.maxWhatIfEntries
        )
        let report = try await call.engine.whatIf(document: document, query)
        return Answer.object(capacity: 16_384) { $0.whatIf(report) }
    }

    /// Replacements for what is removed: `replace=plan:legacy=free,pack:small=large`.
    private static func replacements(_ call: Call) throws -> [CatalogReplacement] {
        guard let text = call.query["replace"], !text.isEmpty else { return [] }
        return try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
            guard let one = CatalogReplacement(String(part)) else {
                throw ValidationError([
                    .init(
                        pointer: "replace",
                        detail: "must be replacements such as plan:legacy=free, separated by commas; kinds are plan, "
                            + "action, credit_type and pack")
                ])
            }
            return one
        }
    }

    private static func document(_ call: Call) throws -> String {
        guard let document = String(validating: call.body, as: UTF8.self) else {
            throw RequestRefusal(400, .invalidRequest, "Invalid request", "The document is not UTF-8.")
        }
        return document
    }
}
