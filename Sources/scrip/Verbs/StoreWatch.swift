import Logging
import ScripEngine
import ServiceLifecycle

/// Stops the server when its database can never be used again, for example because its files were removed.
struct StoreWatch: Service {
    let engine: Engine
    let logger: Logger

    func run() async throws {
        let engine = engine
        let loss = await cancelWhenGracefulShutdown { await engine.store.loss() }
        guard let loss else { return }
        logger.critical("the database is lost", metadata: ["code": "\(loss.code.rawValue)", "error": "\(loss)"])
        throw loss
    }
}
