import ArgumentParser
import Foundation
import Logging
import Metrics
import ScripCore
import ScripEngine
import ScripPostgres
import ScripPrices
import ScripSQLite

/// Which database; the only place that chooses a store.
struct DatabaseOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            The database: sqlite:PATH, a path, or postgres://USER@HOST/NAME. \
            (default: $SCRIP_DATABASE, $DATABASE_URL, the file named by $SCRIP_DATABASE_FILE or $DATABASE_URL_FILE, or \
            sqlite:./scrip.db)
            """
        )
    )
    var database: String?

    /// The name of the database in use.
    var name: String {
        get throws {
            if let database { return database }
            return try StatedSecret.database.text() ?? StatedSecret.databaseURL.text() ?? "sqlite:./scrip.db"
        }
    }

    /// The name of the database in use, for people.
    var shownName: String { get throws { DatabaseAddress.shown(try name) } }

    /// Opens the database, runs a body with an engine on it, and always closes it afterwards.
    /// - Parameters:
    ///   - laneCount: how many batches may run at once, on PostgreSQL.
    ///   - preparesStatements: whether a connection plans each statement once, on PostgreSQL.
    ///   - listens: whether to hear at once what other instances write, on PostgreSQL.
    ///   - enforcement: whether refusals are carried out at all. Default: what the environment says.
    ///   - priceBooks: `.atOnce` for verbs that read the catalog's prices themselves.
    func withEngine<R: Sendable>(
        mayCreate: Bool = false, laneCount: Int = 1, preparesStatements: Bool = false, listens: Bool = false,
        priceBooks: PriceBookReading = .whenNeeded,
        logger: Logger = Logger(label: "scrip") { _ in SwiftLogNoOpLogHandler() },
        metrics: any MetricsFactory = MetricsSystem.factory, masterKeys: MasterKeys = MasterKeys(),
        enforcement: AccountSettings.Enforcement? = nil, _ body: (Engine) async throws -> R
    ) async throws -> R {
        let store = try await DatabaseOptions.openStore(
            name, mayCreate: mayCreate, laneCount: laneCount, preparesStatements: preparesStatements, listens: listens)
        for file in (store as? SQLiteLedgerStore)?.looseFiles ?? [] {
            logger.warning("other users than its owner may use a file of the database", metadata: ["file": "\(file)"])
        }
        let result: Result<R, any Error>
        var opened: Engine?
        do {
            let engine = try await Engine(
                store: store, logger: logger, shippedBook: { try PriceBookDocument(ShippedPriceBook.bytes) },
                metrics: metrics, priceBooks: priceBooks, masterKeys: masterKeys,
                enforcement: try enforcement ?? DatabaseOptions.statedEnforcement())
            opened = engine
            result = .success(try await body(engine))
        } catch {
            result = .failure(opened.map { Misnamed.hinted(error, in: $0.catalogInForce) } ?? error)
        }
        do {
            // Other programs report who was refused, and cannot see it before it is written.
            try await opened?.recordDenials()
        } catch {
            // The work is done, and an earlier error says more than this one.
            Console.say("scrip: Refusals could not be recorded: \(error)")
        }
        do {
            try await store.close()
        } catch {
            // The work is durable and was reported, unless the files are gone. An earlier error says more.
            if case .success = result {
                if (error as? StoreError)?.code == .filesLost { throw error }
                Console.say("scrip: The database was not closed properly: \(error)")
            }
        }
        return try result.get()
    }

    /// The same with price books, if there is a database; `nil` if there is none and the caller named none.
    func withEngineIfAny<R: Sendable>(_ body: (Engine) async throws -> R) async throws -> R? {
        if database == nil, case .sqlite(let path) = try DatabaseLocation(try name), try !DatabaseOptions.exists(path) {
            return nil
        }
        return try await withEngine(priceBooks: .atOnce, body)
    }

    /// What `$SCRIP_ENFORCEMENT` says about refusals.
    private static func statedEnforcement() throws -> AccountSettings.Enforcement {
        let text = ProcessInfo.processInfo.environment["SCRIP_ENFORCEMENT"] ?? ""
        if text.isEmpty { return .enforce }
        guard let enforcement = AccountSettings.Enforcement(rawValue: text) else {
            throw Failure.Problem.usage("$SCRIP_ENFORCEMENT is '\(text)'; it must be enforce or observe.")
        }
        return enforcement
    }

    private static func exists(_ path: String) throws -> Bool {
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if exists && isFolder.boolValue {
            throw Failure.Problem.storeUnavailable("The database '\(path)' is a folder.")
        }
        return exists
    }

    /// Opens a database by its name.
    static func openStore(
        _ name: String, mayCreate: Bool = false, laneCount: Int = 1, preparesStatements: Bool = false,
        listens: Bool = false
    ) async throws -> any LedgerStore {
        switch try DatabaseLocation(name) {
        case .sqlite(let path):
            if try !exists(path) && !mayCreate {
                let place = path.hasPrefix("/") ? "" : " in \(FileManager.default.currentDirectoryPath)"
                throw Failure.Problem.storeUnavailable(
                    "There is no database '\(DatabaseAddress.shown(path))'\(place). Make one with: scrip catalog apply FILE, "
                        + "or scrip serve --sample; name another with --database or $SCRIP_DATABASE.")
            }
            return try SQLiteLedgerStore(path: path)
        case .postgres(let address):
            let readerCount = laneCount == 1 ? 1 : 4
            return try await PostgresLedgerStore(
                address: address, laneCount: laneCount, readerCount: readerCount,
                preparesStatements: preparesStatements, listens: listens)
        }
    }
}
