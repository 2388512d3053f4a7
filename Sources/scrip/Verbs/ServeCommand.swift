import ArgumentParser
import Foundation
import Logging
import NIOCore
import ScripCore
import ScripEngine
import ScripIngest
import ScripMetrics
import ScripPostgres
import ScripServer
import ServiceLifecycle
import UnixSignals
import ScripWire

/// `scrip serve`: the server.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the server until SIGINT or SIGTERM stops it.",
        discussion: """
            On a first run, --sample fills an empty database with a catalog, three accounts and a key to try:
              scrip serve --sample
            """
    )
    @Option(help: "The address to listen on. (default: $SCRIP_HOST or 127.0.0.1)") var host: String?
    @Option(help: "The port to listen on; 0 for any. (default: $SCRIP_PORT or 8080)") var port: Int?
    @Option(help: "The HTTP status of a refusal for lack of credits: 429 or 402.") var insufficientCreditsStatus = 429
    @Flag(help: "Let anyone read /metrics without a key.") var metricsPublic = false
    @Flag(help: "Fill an empty database with a sample catalog, accounts and a key.") var sample = false
    @Option(help: "How much to log.") var logLevel: Logger.Level = .info
    @Option(help: "The span or resource attribute that names the account (POST /v1/traces).")
    var traceAccountAttribute = "scrip.account"
    @Option(help: "Attributes to use if the first one is missing, such as enduser.id; may be repeated.")
    var traceAccountFallback: [String] = []
    @Option(help: "The action of spans that have no scrip.action attribute.") var traceAction: String?
    @Option(help: "On PostgreSQL, how many batches of commands may run at once.")
    var lanes = PostgresLedgerStore.defaultLaneCount
    @Flag(help: "On PostgreSQL, never prepare statements. (Scrip detects poolers without this flag.)")
    var noPrepare = false
    @Flag(help: "On PostgreSQL, do not listen for what other instances write; ask every second instead.")
    var noListen = false
    @Option(
        help: ArgumentHelp(
            "observe: refuse nothing because of plan or balance, but report what would be. (default: enforce)",
            discussion: "$SCRIP_ENFORCEMENT sets the same for every verb."))
    var enforcement: AccountSettings.Enforcement?
    @OptionGroup var signIn: SignInOptions
    @Flag(help: "Offer a test payment provider with its own checkout page, where paying costs nothing.")
    var development = false
    @OptionGroup var streams: StreamOptions
    @OptionGroup var connections: ConnectionOptions
    @OptionGroup var payments: PaymentOptions
    @OptionGroup var masterKey: MasterKeyOptions
    @OptionGroup var database: DatabaseOptions

    mutating func validate() throws {
        if !(1...64).contains(lanes) { throw ValidationError("--lanes must be from 1 to 64.") }
        if ![402, 429].contains(insufficientCreditsStatus) {
            throw ValidationError("--insufficient-credits-status must be 429 or 402.")
        }
        if let port, !(0...65_535).contains(port) { throw ValidationError("--port must be from 0 to 65535.") }
    }

    func run() async throws {
        ConnectionLimits.raiseOpenFiles()
        let environment = ProcessInfo.processInfo.environment
        let host = host ?? environment["SCRIP_HOST"] ?? "127.0.0.1"
        let stated = environment["SCRIP_PORT"].flatMap { $0.isEmpty ? nil : $0 }
        guard let port = port ?? (stated.map { Int($0) } ?? 8080), (0...65_535).contains(port) else {
            throw Failure.Problem.usage("$SCRIP_PORT is '\(stated ?? "")'; it must be a port from 0 to 65535.")
        }
        var logger = Logger(label: "scrip") { SecretiveLogHandler(label: $0) }
        logger.logLevel = logLevel
        var configuration = ServerConfiguration(
            host: host, port: port, insufficientCreditsStatus: insufficientCreditsStatus,
            metricsArePublic: metricsPublic, version: ScripCommand.version,
            ingest: IngestConfiguration(
                accountAttribute: traceAccountAttribute, fallbackAccountAttributes: traceAccountFallback,
                defaultAction: traceAction
            ),
            mode: signIn.mode, users: try signIn.users(environment: environment), limits: signIn.limits
        )
        configuration.streams = streams.limits
        configuration.connections = connections.connections
        configuration.bodies = connections.bodies
        let metrics = MetricsRegistry(descriptions: ServerMetrics.descriptions)
        let (name, named, isSample) = (try database.shownName, database.database, sample)
        let address = ServerAddress(host: host, port: port)
        let (payments, isDevelopment) = (payments, development)
        let location = try DatabaseLocation(database.name)
        if port != 0 { try await PortHolder.requireFree(host: host, port: port) }
        try await database.withEngine(
            mayCreate: true, laneCount: lanes, preparesStatements: !noPrepare, listens: !noListen,
            priceBooks: .atOnce, logger: logger, metrics: metrics, masterKeys: try masterKey.masterKeys(),
            enforcement: enforcement
        ) { [logger, configuration] engine in
            try await engine.prepareSigningKeys()
            if engine.catalogs.history.enforcement == .observe {
                logger.notice("enforcement is observe: no plan or balance leads to a refusal")
            }
            var configuration = configuration
            let checkout: @Sendable () -> String = { payments.publicURL ?? address.url }
            let desk = try payments.desk(
                engine: engine, testAddress: isDevelopment ? checkout : nil, logger: logger)
            configuration.payments = desk
            let greeting = Greeting(
                address: address, shownDatabase: name, databaseOption: named == name ? name : nil,
                sample: try await isSample ? SampleData.seed(engine) : SampleData.none(engine))
            let application = buildApplication(
                engine: engine, configuration: configuration, logger: logger, metrics: metrics
            ) { channel in
                address.listens(on: channel.localAddress?.port ?? port)
                greeting.print()
            }
            var services: [any Service] = [
                StoreWatch(engine: engine, logger: logger), SweeperService(engine: engine),
                CatalogWatchService(engine: engine), PaymentService(desk: desk),
            ]
            if case .postgres(let address) = location {
                try await PostgresLedgerStore.publish(IssuerRule.all(of: configuration.users), at: address)
                services.append(InboxService(worker: InboxWorker(engine: engine, address: address, logger: logger)))
            }
            let group = ServiceGroup(
                configuration: ServiceGroupConfiguration(
                    services: (services + [application]).map {
                        ServiceGroupConfiguration.ServiceConfiguration(service: $0)
                    },
                    gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
                )
            )
            do {
                try await group.run()
            } catch let error as IOError {
                throw Failure.Problem.unreachable(PortHolder.sentence(for: error, host: host, port: port))
            }
            await engine.drain()
        }
    }
}

/// Runs the sweeper until the server stops.
private struct SweeperService: Service {
    let engine: Engine

    func run() async throws {
        await cancelWhenGracefulShutdown { await Sweeper(engine: engine).run() }
    }
}

/// Watches for new catalog versions until the server stops.
private struct CatalogWatchService: Service {
    let engine: Engine

    func run() async throws {
        await cancelWhenGracefulShutdown { await CatalogWatch(engine: engine).run() }
    }
}

/// Runs top-ups and the nightly comparison with payment providers until the server stops.
private struct PaymentService: Service {
    let desk: PaymentDesk

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await desk.run() }
                group.addTask { await desk.followCrossings() }
            }
        }
    }
}

/// Runs the worker for requests made in SQL until the server stops.
private struct InboxService: Service {
    let worker: InboxWorker

    func run() async throws {
        await cancelWhenGracefulShutdown { await worker.run() }
    }
}
