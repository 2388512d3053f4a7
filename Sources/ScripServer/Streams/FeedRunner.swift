import ScripEngine
import ServiceLifecycle

/// Keeps the engine's feed supplied for as long as the server runs.
struct FeedRunner: Service {
    let engine: Engine
    let silenceSeconds: Int64

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await FeedService(engine: engine, silenceSeconds: silenceSeconds).run()
        }
    }
}
