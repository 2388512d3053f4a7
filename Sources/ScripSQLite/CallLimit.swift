import ScripEngine
import Synchronization

/// How many calls may be under way or wait at once; beyond it callers are told to come again.
final class CallLimit: Sendable {
    /// How many calls of one kind a store takes.
    static let usual = 8_192

    private let most: Int
    private let count = Atomic<Int>(0)

    init(_ most: Int = usual) {
        self.most = most
    }

    /// Runs a body, unless too many are under way.
    /// - Throws: what the body throws, or ``EngineError/overloaded``.
    func within<R>(_ body: () async throws -> R) async throws -> R {
        defer { count.subtract(1, ordering: .relaxed) }
        if count.add(1, ordering: .relaxed).newValue > most { throw EngineError.overloaded }
        return try await body()
    }
}
