import Logging

/// Loads catalog versions that another process or instance has added, so that queries know them too. Commands need
/// no such watch where several instances share a store: each batch looks for itself.
public struct CatalogWatch: Sendable {
    private let engine: Engine

    /// A watch over an engine's catalog.
    public init(engine: Engine) {
        self.engine = engine
    }

    /// Looks as soon as the store tells of a version, and again and again, until the task is cancelled. A look that
    /// fails is logged, and tried again next time.
    public func run(everySeconds interval: Int = 1) async {
        let signal = CoalescingSignal()
        engine.store.observe { change in
            if change == .catalog || change == .unknown { signal.ring() }
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while true {
                    do { try await Task.sleep(for: .seconds(interval)) } catch { return }
                    signal.ring()
                }
            }
            while await signal.next() {
                do {
                    try await engine.refreshCatalogs()
                } catch {
                    engine.logger.error("the catalog could not be read", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}
