import Foundation
import Logging
import ScripCore
import ScripEngine
import ScripSQLite
import ScripTesting
import Synchronization
import Testing

/// Everything at once on one file: callers, readers, a sweeper, and another process that writes too.
@Suite("Many at work on one file disturb nobody", .heavy, .timeLimit(.minutes(15)))
struct StressTests {
    private static let credits = CreditTypeID(unchecked: "credits")
    private static let accounts = 4

    @Test("Nobody gets an error but refusals, and every acknowledged charge counts", arguments: [5, 32_768])
    func everythingAtOnce(window: Int) async throws {
        let seed =
            ProcessInfo.processInfo.environment["SCRIP_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...99_999)
        print("seed \(seed)")
        let scrip = try ScripProcess.withSampleCatalog()
        let store = try SQLiteLedgerStore(path: scrip.database.path, window: window)
        let engine = try await Engine(store: store, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        for index in 0..<StressTests.accounts {
            var change = AccountChange()
            change.plan = PlanID(unchecked: index == 0 ? "free" : "team")
            _ = try await engine.put(account: AccountID(unchecked: "u_\(index)"), change: change)
        }
        let secret = try await engine.createKey(name: "t").secret.text
        let tally = Tally()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for round in 0..<12 { StressTests.runProgram(scrip, round, tally) }
                tally.end()
            }
            group.addTask {
                while !tally.hasEnded { await tally.trying("sweep") { _ = try await Sweeper(engine: engine).sweep() } }
            }
            for caller in 0..<8 {
                group.addTask {
                    var random = SeededGenerator(seed: seed &+ UInt64(caller))
                    var step = 0
                    while !tally.hasEnded {
                        step += 1
                        await StressTests.call(engine, secret, "c\(caller)s\(step)", &random, tally)
                    }
                }
            }
        }
        #expect(tally.faults.isEmpty, "seed \(seed)")
        var count = 0
        for index in 0..<StressTests.accounts {
            let id = AccountID(unchecked: "u_\(index)")
            let rows = try await engine.usage(of: id, from: .min, through: .max)
            count += Int(rows.reduce(0) { $0 + $1.count })
        }
        #expect(count == tally.chargeCount)
        #expect(try await engine.verify().differences == [])
        try await store.close()
        #expect(try scrip.run("verify").exitCode == 0)
    }

    /// One step of a caller, and sometimes the same again under the same name.
    private static func call(
        _ engine: Engine, _ secret: String, _ name: String, _ random: inout SeededGenerator, _ tally: Tally
    ) async {
        let id = AccountID(unchecked: "u_\(Int.random(in: 0..<accounts, using: &random))")
        let origin = Origin(
            actor: "t", idempotencyKey: IdempotencyKey(unchecked: name), requestDigest: Digest(of: Array(name.utf8)))
        let times = Int.random(in: 1...2, using: &random)
        let seconds = Int64.random(in: 1...2, using: &random)
        let choice = Int.random(in: 0..<10, using: &random)
        let plan = PlanID(unchecked: ["free", "pro", "team"].randomElement(using: &random) ?? "free")
        for _ in 0..<times {
            await tally.trying("authenticate") { _ = try await engine.authenticate(secret) }
            switch choice {
            case 0, 1, 2:
                await tally.trying("put") {
                    var change = AccountChange()
                    change.kind = seconds == 1 ? .user : .organization
                    change.timeZone = .utc
                    if choice == 0 { change.plan = plan }
                    _ = try await engine.put(account: id, change: change, origin: origin) { profile in
                        profile.name = name
                        profile.email = "ada@example.com"
                        profile.metadata = #"{"team":"support"}"#
                    }
                }
            case 3, 4, 5:
                await tally.trying("charge") {
                    let usage = Usage(action: ActionID(unchecked: "ai_chat_message"))
                    let outcome = try await engine.submit(Command(account: id, intent: .charge(usage), origin: origin))
                    if !outcome.isRepeat { tally.charged() }
                }
            case 6:
                await tally.trying("hold") {
                    var usage = Usage()
                    (usage.amount, usage.creditType) = (Credits(nanocredits: 1), credits)
                    let intent = Intent.hold(usage, seconds: seconds)
                    _ = try await engine.submit(Command(account: id, intent: intent, origin: origin))
                }
            case 7:
                await tally.trying("grant") {
                    var order = GrantOrder(creditType: credits, amount: Credits(nanocredits: 3), source: .bonus)
                    order.expiresAt = engine.clock.now().adding(seconds: seconds)
                    _ = try await engine.submit(Command(account: id, intent: .grant(order), origin: origin))
                }
            case 8: await tally.trying("entries") { _ = try await engine.entries(EntryQuery(account: id, limit: 20)) }
            default: await tally.trying("balance") { _ = try await engine.account(id) }
            }
        }
    }

    /// What the other process does in one round.
    private static func runProgram(_ scrip: ScripProcess, _ round: Int, _ tally: Tally) {
        let account = "u_\(round % accounts)"
        let commands = [
            ["charge", account, "--amount", "0.001", "--track"],
            ["account", "set", account, "--name", "Round \(round)"],
            ["balance", account],
        ]
        for command in commands {
            guard let done = try? scrip.run(command), done.exitCode == 0 else {
                tally.note("\(command): \((try? scrip.run(command))?.errors ?? "did not run")")
                continue
            }
            if command[0] == "charge" { tally.charged() }
        }
    }

    /// What came of everything so far.
    private final class Tally: Sendable {
        private struct Content {
            var charges = 0
            var faults: [String] = []
            var hasEnded = false
        }

        private let content = Mutex(Content())

        var chargeCount: Int { content.withLock { $0.charges } }
        var faults: [String] { content.withLock { $0.faults } }
        var hasEnded: Bool { content.withLock { $0.hasEnded } }

        func charged() { content.withLock { $0.charges += 1 } }
        func note(_ fault: String) { content.withLock { $0.faults.append(fault) } }
        func end() { content.withLock { $0.hasEnded = true } }

        /// Does something, and notes any error but a refusal.
        func trying(_ name: String, _ body: () async throws -> Void) async {
            do {
                try await body()
            } catch is Rejection {
                return
            } catch {
                note("\(name): \(error)")
            }
        }
    }
}
