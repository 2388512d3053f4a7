import HTTPTypes
import ScripCore
import ScripEngine
import ScripJSON

/// Whether the instance is alive, and whether it can serve.
enum Health {
    @Sendable static func live(_ call: Call) async throws -> Answer {
        Answer.object { $0.member("status", "ok") }
    }

    @Sendable static func ready(_ call: Call) async throws -> Answer {
        if call.engine.isDraining { throw EngineError.shuttingDown }
        let isReachable = (try? await call.engine.catalogVersions()) != nil
        let isVerbose = call.query["verbose"] != nil
        return Answer.object(isReachable ? .ok : .serviceUnavailable) { writer in
            writer.member("status", isReachable ? "ok" : "unavailable")
            if isVerbose {
                writer.member("database", isReachable ? "ok" : "unreachable")
                writer.member("catalog_version", call.engine.catalogInForce.version)
            }
        }
    }
}
