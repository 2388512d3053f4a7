import HTTPTypes
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// Whether the instance is alive, and whether it can serve.
enum Health {
    @Sendable static func live(_ call: Call) async throws -> Answer {
        Answer.object { $0.member("status", "ok") }
    }

    @Sendable static func ready(_ call: Call) async throws -> Answer {
        if call.engine.isDraining { throw EngineError.shuttingDown }
        let health = await call.engine.store.probe()
        let isReachable = health == .available
        let isVerbose = call.query["verbose"] != nil ? await mayWatch(call) : false
        return Answer.object(isReachable ? .ok : .serviceUnavailable) { writer in
            writer.member("status", isReachable ? "ok" : "unavailable")
            // Which kind of trouble it is says enough for whoever watches; the words for it are in the log.
            if case .unavailable(let error) = health { writer.member("database", error.code.rawValue) }
            if isVerbose {
                if isReachable { writer.member("database", "ok") }
                writer.member("catalog_version", call.engine.catalogInForce.version)
                writer.member("damaged_accounts", call.engine.damagedAccounts.count)
                writer.member("damaged", array: call.engine.catalogs.damages) { $0.string($1) }
            }
        }
    }

    /// Whether the caller shows a key that reads the server's metrics, which tell of the same; anybody may ask how the
    /// server is, and hears no more.
    private static func mayWatch(_ call: Call) async -> Bool {
        await (try? call.authenticator.admit(call.headers, to: .servers(.metricsRead), from: call.caller)) != nil
    }
}
