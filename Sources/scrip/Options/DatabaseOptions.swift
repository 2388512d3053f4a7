import ArgumentParser
import Foundation
import Logging
import Metrics
import ScripCore
import ScripEngine
import ScripPrices
import ScripSQLite

/// Which database; the only place that chooses a store.
struct DatabaseOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where everything is kept: sqlite:PATH or a path. (default: $SCRIP_DATABASE or sqlite:./scrip.db)"))
    var database: String?

    /// The name of the database in use.
    var name: String {
        if let database { return database }
        let variable = ProcessInfo.processInfo.environment["SCRIP_DATABASE"] ?? ""
        return variable.isEmpty ? "sqlite:./scrip.db" : variable
    }

    /// Opens the database, runs a body with an engine over it, and lets go of it whatever happens.
    /// - Parameter priceBooks: `.atOnce` for verbs that look into the catalog's prices themselves.
    func withEngine<R: Sendable>(
        mayCreate: Bool = false, priceBooks: PriceBookReading = .whenNeeded,
        logger: Logger = Logger(label: "scrip") { _ in SwiftLogNoOpLogHandler() },
        metrics: any MetricsFactory = MetricsSystem.factory,
        _ body: (Engine) async throws -> R
    ) async throws -> R {
        let path = try DatabaseOptions.path(of: name)
        if try !exists() && !mayCreate {
            throw Failure.Problem.storeUnavailable(
                "There is no database '\(path)'. Make one with: scrip catalog apply FILE, or scrip serve --sample")
        }
        do {
            let store = try SQLiteLedgerStore(path: path)
            let result: Result<R, any Error>
            do {
                let engine = try await Engine(
                    store: store, logger: logger, shippedBook: { try PriceBookDocument(ShippedPriceBook.bytes) },
                    metrics: metrics, priceBooks: priceBooks)
                result = .success(try await body(engine))
            } catch {
                result = .failure(error)
            }
            try await store.close()
            return try result.get()
        }
    }

    /// The same with its price books where there is a database; `nil` where there is none and the caller named none.
    func withEngineIfAny<R: Sendable>(_ body: (Engine) async throws -> R) async throws -> R? {
        if try database == nil && !exists() { return nil }
        return try await withEngine(priceBooks: .atOnce, body)
    }

    private func exists() throws -> Bool {
        let path = try DatabaseOptions.path(of: name)
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if exists && isFolder.boolValue {
            throw Failure.Problem.storeUnavailable("The database '\(path)' is a folder.")
        }
        return exists
    }

    private static func path(of name: String) throws -> String {
        if name.hasPrefix("postgres:") || name.hasPrefix("postgresql:") {
            throw Failure.Problem.usage("PostgreSQL is not in this version; use sqlite:PATH.")
        }
        for prefix in ["sqlite://", "sqlite:"] where name.hasPrefix(prefix) {
            return try path(of: String(name.dropFirst(prefix.count)))
        }
        if name.isEmpty || name.contains("://") {
            throw Failure.Problem.usage("'\(name)' names no database; write sqlite:PATH or a path.")
        }
        return name
    }
}
