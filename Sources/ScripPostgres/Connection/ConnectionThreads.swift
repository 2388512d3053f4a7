import Dispatch
import Foundation
import ScripEngine
import Synchronization

/// Threads with a connection each, that take work in the order in which it comes.
final class ConnectionThreads: Sendable {
    /// How much work may wait; beyond it callers are told to come again.
    static let longestQueue = 8_192

    private typealias Job = (Session) -> Void

    private struct Content {
        var jobs: [(@Sendable (Session) -> Void)?] = []
        var head = 0
        var isClosed = false
        var running: Int
        var closed: CheckedContinuation<Void, Never>?
    }

    /// What the threads hold on to, so that the group can go while they wait.
    private final class Queue: Sendable {
        let content: Mutex<Content>
        let arrivals = DispatchSemaphore(value: 0)

        init(threads: Int) {
            content = Mutex(Content(running: threads))
        }

        func next() -> (@Sendable (Session) -> Void)? {
            arrivals.wait()
            return content.withLock { content in
                if content.head == content.jobs.count { return nil }
                let job = content.jobs[content.head]
                content.jobs[content.head] = nil
                content.head += 1
                if content.head == content.jobs.count { (content.jobs, content.head) = ([], 0) }
                return job
            }
        }

        func close() {
            let running = content.withLock { content in
                content.isClosed = true
                return content.running
            }
            for _ in 0..<running { arrivals.signal() }
        }

        func threadEnded() {
            let waiting = content.withLock { content -> CheckedContinuation<Void, Never>? in
                content.running -= 1
                return content.running == 0 ? content.closed : nil
            }
            waiting?.resume()
        }
    }

    private let queue: Queue

    /// Starts the threads. They connect when there is something to do.
    init(name: String, count: Int, address: String, breaker: CircuitBreaker, preparation: StatementPreparation) {
        let queue = Queue(threads: count)
        self.queue = queue
        for number in 1...count {
            let thread = Thread {
                let session = Session(address: address, breaker: breaker, preparation: preparation)
                while let job = queue.next() {
                    job(session)
                    session.endTransaction()
                }
                session.disconnect()
                queue.threadEnded()
            }
            thread.name = "scrip-\(name)-\(number)"
            thread.start()
        }
    }

    deinit {
        queue.close()
    }

    /// Runs work on one of the threads. A transaction that it leaves open is rolled back: after the caller has its
    /// answer, where there is one, but before whoever is refused hears of it. What that had locked is free for what
    /// they do next.
    func run<R: Sendable>(_ work: @escaping @Sendable (Session) throws -> R) async throws -> R {
        try await withCheckedThrowingContinuation { continuation in
            let refusal = queue.content.withLock { content -> (any Error)? in
                if content.isClosed { return StoreError(.closing, "The database is being closed.") }
                if content.jobs.count - content.head >= ConnectionThreads.longestQueue { return EngineError.overloaded }
                content.jobs.append { session in
                    let result = Result { try work(session) }
                    if case .failure = result { session.endTransaction() }
                    continuation.resume(with: result)
                }
                return nil
            }
            if let refusal {
                continuation.resume(throwing: refusal)
            } else {
                queue.arrivals.signal()
            }
        }
    }

    /// Finishes what was taken, and lets go of the connections.
    func close() async {
        await withCheckedContinuation { continuation in
            let isIdle = queue.content.withLock { content in
                if content.running == 0 || content.isClosed { return true }
                content.closed = continuation
                return false
            }
            if isIdle { continuation.resume() } else { queue.close() }
        }
    }
}
