import Logging
import ScripCore

/// One attempt to do a turn of a job. Only one of all instances does each turn.
///
/// Turns are numbered by the clock, so instances agree on them. Whoever takes one has it for a minute, and says every
/// few seconds that it is still there; when it dies, the turn is free again as soon as that minute is over.
struct JobTurn: Sendable {
    /// For how long a turn belongs to a holder that says nothing.
    static let holdSeconds: Int64 = 60
    /// How often a holder says that it is still there.
    static let renewalSeconds: Int64 = 15

    private let engine: Engine
    private let job: String
    private let number: Int64
    /// A name that nobody else has, not even another attempt of the same process.
    private let holder = "\(UInt64.random(in: 0...UInt64.max))"

    /// A turn of a job.
    init(_ number: Int64, of job: String, engine: Engine) {
        self.number = number
        self.job = job
        self.engine = engine
    }

    /// Does the turn, unless it was done before or another instance has one in hand. When it fails or is cancelled, it
    /// is free again at once.
    /// - Returns: whether this call did it.
    func run(_ body: @escaping @Sendable () async throws -> Void) async throws -> Bool {
        guard try await take() else { return false }
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await body()
                    // A body that ignored its cancellation has not done everything.
                    try Task.checkCancellation()
                }
                group.addTask { try await keep() }
                try await group.next()
                group.cancelAll()
            }
        } catch {
            // Whoever takes the turn next need not wait; if this fails, too, it waits.
            try? await leave(isDone: false)
            throw error
        }
        try await leave(isDone: true)
        return true
    }

    private func take() async throws -> Bool {
        let now = engine.clock.now()
        return try await engine.store.write { writing in
            guard var kept = try writing.job(job, waits: false) else { return false }
            if let last = kept.lastTurn, last >= number { return false }
            // A transaction whose outcome was unknown runs again, and finds what it wrote itself.
            if kept.holder != nil && kept.holder != holder && (kept.heldUntil ?? .earliest) > now { return false }
            kept.holder = holder
            kept.heldUntil = now.adding(seconds: JobTurn.holdSeconds)
            try writing.save(kept)
            return true
        }
    }

    /// Renews the holder's claim regularly until the task is cancelled.
    /// - Throws: ``TurnLost`` when another instance has taken the turn, which nobody can while the database is away.
    private func keep() async throws {
        while true {
            try await Task.sleep(for: .seconds(JobTurn.renewalSeconds))
            do {
                let until = engine.clock.now().adding(seconds: JobTurn.holdSeconds)
                try await engine.store.write { writing in
                    guard var kept = try writing.job(job, waits: true), kept.holder == holder else {
                        throw TurnLost(job: job)
                    }
                    kept.heldUntil = until
                    try writing.save(kept)
                }
            } catch let error as StoreError {
                engine.logger.warning("a job's turn was not renewed", metadata: ["job": "\(job)", "error": "\(error)"])
            }
        }
    }

    private func leave(isDone: Bool) async throws {
        try await engine.store.write { writing in
            guard var kept = try writing.job(job, waits: true), kept.holder == holder else { return }
            if isDone { kept.lastTurn = max(kept.lastTurn ?? number, number) }
            kept.holder = nil
            kept.heldUntil = nil
            try writing.save(kept)
        }
    }
}

extension Engine {
    /// The last turn of a job that was done to its end; `nil` before the first.
    func lastTurn(of job: String) async throws -> Int64? {
        try await store.write { try $0.job(job, waits: true)?.lastTurn }
    }
}

/// Another instance has taken over a turn, because this one was silent for too long.
struct TurnLost: Error, CustomStringConvertible {
    let job: String

    var description: String { "Another instance has taken over the job '\(job)'." }
}
