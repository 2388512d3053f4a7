import ScripCore

/// A store whose failures are counted. What a transaction's body refuses by the rules is no failure of the store.
struct CountedStore: ForwardingStore {
    let base: any LedgerStore
    private let metrics: EngineMetrics

    init(_ base: any LedgerStore, metrics: EngineMetrics) {
        self.base = base
        self.metrics = metrics
    }

    func write<R: Sendable>(_ body: @escaping @Sendable (any LedgerWriting) throws -> R) async throws -> R {
        do {
            return try await base.write(body)
        } catch {
            count(error, .write)
            throw error
        }
    }

    func read<R: Sendable>(_ body: @escaping @Sendable (any LedgerReading) throws -> R) async throws -> R {
        do {
            return try await base.read(body)
        } catch {
            count(error, .read)
            throw error
        }
    }

    private func count(_ error: any Error, _ operation: EngineMetrics.StoreOperation) {
        switch error {
        case is Rejection, is EngineError, is KeyRefusal, is CatalogProblem, is CancellationError, is MasterKeyProblem:
            break
        case let failure as StoreError: metrics.storeFailed(operation, code: failure.code)
        case is CodingProblem, is ReplayMismatch: metrics.storeFailed(operation, code: .damaged)
        default: metrics.storeFailed(operation, code: nil)
        }
    }
}
