import HTTPTypes
import ScripCore
import ScripEngine

/// From where pages may call the users' routes: the configured origins, and those of publishable keys.
///
/// A preflight carries no key. It is told what any key allows; the answer to the request itself only what its own does.
actor PageOrigins {
    /// How long the origins of keys are believed to be as they were, in seconds; as long as keys themselves.
    static let lifetimeSeconds: Int64 = 5

    private let engine: Engine
    private let mode: KeyMode
    private let configured: Set<String>
    private var named: Set<String> = []
    private var attemptedAt: Timestamp?
    private var reading: Task<Void, Never>?

    init(engine: Engine, configuration: ServerConfiguration) {
        self.engine = engine
        mode = configuration.mode
        configured = configuration.users.allowedOrigins
    }

    /// Whether the page of an origin may ask at all: it is configured, or some key that is open now names it.
    func mayAsk(_ origin: String) async -> Bool {
        if configured.contains(origin) { return true }
        let now = engine.clock.now()
        if !isFresh(at: now) { await refresh(at: now) }
        return named.contains(origin)
    }

    /// Whether the page of an origin may see the answer to a request: the origin is configured, or the key that came
    /// along names it.
    nonisolated func maySee(_ origin: String, headers: HTTPFields) async -> Bool {
        if configured.contains(origin) { return true }
        guard let presented = Authenticator.publishableKey(in: headers),
            let key = try? await engine.authenticate(presented)
        else { return false }
        return key.kind == .publishable && key.mode == mode && key.origins.contains(origin)
    }

    private func isFresh(at now: Timestamp) -> Bool {
        guard let attemptedAt else { return false }
        return now >= attemptedAt && now < attemptedAt.adding(seconds: PageOrigins.lifetimeSeconds)
    }

    /// Reads the origins of all keys, once for all who wait. When that fails, those that are known stay.
    private func refresh(at now: Timestamp) async {
        if let reading { return await reading.value }
        let task = Task { await read(at: now) }
        reading = task
        await task.value
    }

    private func read(at now: Timestamp) async {
        let keys = try? await engine.store.read { try $0.apiKeys { _ in } }
        if let keys {
            let mine = keys.filter { $0.kind == .publishable && $0.mode == mode && $0.isOpen(at: now) }
            named = Set(mine.flatMap(\.origins))
        }
        attemptedAt = now
        reading = nil
    }
}
