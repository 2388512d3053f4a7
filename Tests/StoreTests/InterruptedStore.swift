import ScripEngine
import ScripPostgres
import Synchronization

/// A store that lets something happen once in the middle of a transaction.
final class InterruptedStore: ForwardingStore {
    /// When it happens.
    enum Moment: Sendable {
        /// The transaction has begun and holds nothing yet.
        case begun
        /// Everything is locked and read, and decided; nothing is written yet.
        case decided
    }

    let base: any LedgerStore
    private let interruption = Mutex<(moment: Moment, body: @Sendable () throws -> Void)?>(nil)

    init(_ base: PostgresLedgerStore) {
        self.base = base
    }

    func interrupt(_ moment: Moment, _ body: @escaping @Sendable () throws -> Void) {
        interruption.withLock { $0 = (moment, body) }
    }

    private func reach(_ moment: Moment) throws {
        let body = interruption.withLock { interruption -> (@Sendable () throws -> Void)? in
            guard let found = interruption, found.moment == moment else { return nil }
            interruption = nil
            return found.body
        }
        try body?()
    }

    func write<R: Sendable>(_ body: @escaping @Sendable (any LedgerWriting) throws -> R) async throws -> R {
        try await base.write { writing in
            _ = try writing.newestCatalogVersion()
            try self.reach(.begun)
            let result = try body(writing)
            try self.reach(.decided)
            return result
        }
    }
}
