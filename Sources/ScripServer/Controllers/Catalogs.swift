import ScripCore
import ScripEngine
import ScripJSON

/// The catalog: reading, applying, history.
enum Catalogs {
    @Sendable static func show(_ call: Call) async throws -> Answer {
        guard let newest = try await call.engine.catalogVersions().last else {
            throw RequestRefusal(404, "not_found", "No catalog", "No catalog has been applied yet.")
        }
        return Answer.object { writer in
            describe(newest, into: &writer)
            writer.member("document", newest.document)
        }
    }

    @Sendable static func versions(_ call: Call) async throws -> Answer {
        let versions = try await call.engine.catalogVersions()
        return Answer.object { writer in
            writer.member("data", array: versions.reversed()) { describe($1, into: &$0) }
            writer.member("next_cursor", String?.none)
        }
    }

    @Sendable static func apply(_ call: Call) async throws -> Answer {
        guard let document = String(validating: call.body, as: UTF8.self) else {
            throw RequestRefusal(400, "invalid_request", "Invalid request", "The document is not UTF-8.")
        }
        let isDryRun = call.query["dry_run"] == "true"
        let result = try await call.engine.applyCatalog(document: document, actor: call.key?.id, isDryRun: isDryRun)
        return Answer.object { writer in
            writer.member("version", result.version)
            writer.member("unchanged", result.isUnchanged)
            writer.member("dry_run", isDryRun)
            writer.name("diff")
            writer.array { writer in
                for line in result.diff.lines { writer.string(line) }
            }
        }
    }

    private static func describe(_ stored: StoredCatalog, into writer: inout JSONWriter) {
        writer.member("version", stored.version)
        writer.member("effective_at", stored.effectiveAt)
        writer.member("recorded_at", stored.recordedAt)
        writer.member("actor", stored.actor)
    }
}
