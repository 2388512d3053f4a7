import ScripCore
import ScripEngine
import ScripJSON

/// The catalog: reading, applying, history.
enum Catalogs {
    @Sendable static func show(_ call: Call) async throws -> Answer {
        guard let newest = try await call.engine.catalogVersions().last else {
            throw RequestRefusal(404, .notFound, "No catalog", "No catalog has been applied yet.")
        }
        return Answer.object { writer in
            writer.catalogVersion(newest)
            writer.member("document", newest.document)
        }
    }

    @Sendable static func versions(_ call: Call) async throws -> Answer {
        let versions = try await call.engine.catalogVersions()
        return Answer.object { writer in
            writer.member("data", array: versions.reversed()) { $0.catalogVersion($1) }
            writer.member("next_cursor", String?.none)
        }
    }

    @Sendable static func apply(_ call: Call) async throws -> Answer {
        guard let document = String(validating: call.body, as: UTF8.self) else {
            throw RequestRefusal(400, .invalidRequest, "Invalid request", "The document is not UTF-8.")
        }
        let isDryRun = call.query["dry_run"] == "true"
        let result = try await call.engine.applyCatalog(
            document: document, isDryRun: isDryRun, origin: try call.origin())
        return Answer.object { $0.appliedCatalog(result, isDryRun: isDryRun) }
    }
}
