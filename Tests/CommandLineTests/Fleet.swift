import Foundation
import FoundationNetworking
import ScripJSON
import ScripTesting
import Synchronization
import Testing

/// Several servers over one PostgreSQL database, and callers who note what they were told.
final class Fleet: Sendable {
    /// What callers were told.
    struct Told {
        /// The idempotency keys that were acknowledged, with the account.
        var acknowledged: Set<String> = []
        /// How often a caller had to ask again.
        var retryCount = 0
        /// What became of holds, by account.
        var holds: [String: HoldTally] = [:]
    }

    /// A server's answer.
    struct Answer {
        var status: Int
        var body: String

        /// The line of the journal that the answer is about.
        var entryID: String? { (try? JSONValue.parse(Array(body.utf8)))?["entry"]?["id"]?.stringValue }
    }

    private let scrip: ScripProcess
    private let secret: String
    private let ports: [UInt16]
    private let servers: Mutex<[ChildProcess?]>
    /// Whether callers are to stop.
    let isOver = Atomic(false)
    let told = Mutex(Told())
    private let progress = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))

    /// Prepares the database and starts the servers.
    /// - Parameters:
    ///   - finite: accounts with 100 credits each.
    ///   - endless: accounts with as many as anybody can use.
    init(_ count: Int, address: String, finite: Int, endless: Int) async throws {
        let scrip = try ScripProcess(address: address)
        self.scrip = scrip
        func run(_ arguments: String...) throws -> String {
            let finished = try scrip.run(arguments)
            try #require(finished.exitCode == 0, "\(arguments): \(finished.errors)")
            return finished.output
        }
        _ = try run("migrate")
        try scrip.write(
            """
            credit_types: [{id: credits, name: Credits}]
            default_plan: none
            plans: [{id: none, name: None}]
            actions:
              - {id: chat, credit_type: credits, rate: {fixed: "1"}}
              - {id: video, credit_type: credits, rate: {fixed: "5"}}
            """, to: "catalog.yaml")
        _ = try run("catalog", "apply", "catalog.yaml")
        for index in 0..<finite {
            _ = try run("account", "create", "finite_\(index)")
            _ = try run("grant", "finite_\(index)", "100")
        }
        for index in 0..<endless {
            _ = try run("account", "create", "endless_\(index)")
            _ = try run("grant", "endless_\(index)", "1000000")
        }
        let printed = try run("key", "create", "--name", "t", "--scope", "all", "--json")
        let key = try #require(printed.firstMatch(of: /"secret":\s*"([^"]+)"/))
        secret = String(key.1)
        ports = try (0..<count).map { _ in try ScripProcess.freePort() }
        servers = Mutex(Array(repeating: nil, count: count))
        for index in 0..<count { try start(index) }
        for port in ports { try await ScripProcess.waitUntilReady(port) }
    }

    deinit { killAll() }

    private func start(_ index: Int) throws {
        let process = try scrip.start(["serve", "--port", "\(ports[index])", "--lanes", "3"])
        servers.withLock { $0[index] = process }
    }

    /// Kills a server with SIGKILL and starts it anew.
    func restart(_ index: Int) throws {
        servers.withLock { servers in
            guard let process = servers[index] else { return }
            process.send(SIGKILL)
            process.wait()
        }
        try start(index)
    }

    func killAll() {
        servers.withLock { servers in
            for process in servers.compactMap({ $0 }) {
                process.send(SIGKILL)
                process.wait()
            }
            servers = servers.map { _ in nil }
        }
    }

    /// Waits until so many keys were acknowledged. One task at a time may wait.
    func waitForAcknowledged(_ count: Int) async {
        for await reached in progress.stream where reached >= count { return }
    }

    /// What callers were told so far.
    var report: Told { told.withLock { $0 } }

    /// Verifies the database with the program.
    func verify() throws -> Finished { try scrip.run("verify") }

    /// What the program says of an account's credits.
    func balance(_ account: String) throws -> JSONValue {
        let printed = try scrip.run("balance", account, "--json")
        let balances = try JSONValue.parse(Array(printed.output.utf8))["balances"]?.arrayValue
        return try #require(balances?.first, "\(printed.output)\(printed.errors)")
    }

    /// Charges with a key.
    /// - Returns: the status of the answer; `nil` when the task was cancelled before.
    @discardableResult
    func charge(_ account: String, key: String, repeats: Int) async -> Int? {
        await ask(account, "charges", #"{"action":"chat"}"#, key: key, repeats: repeats)?.status
    }

    /// Asks whatever server there is again and again until one gives a clear answer, and then as often again as told.
    /// - Parameter path: what follows the account's own path.
    /// - Returns: the last clear answer; `nil` when the task was cancelled before.
    func ask(_ account: String, _ path: String, _ body: String, key: String, repeats: Int) async -> Answer? {
        let session = URLSession(configuration: .ephemeral)
        defer { session.invalidateAndCancel() }
        var (answers, attempts, last) = (0, abs(key.hashValue % 97), Answer?.none)
        while !Task.isCancelled {
            attempts += 1
            let address = "http://127.0.0.1:\(ports[attempts % ports.count])/v1/accounts/\(account)/\(path)"
            guard let answer = await send(session, address, body, key), answer.status < 500 else {
                told.withLock { $0.retryCount += 1 }
                // A server that is not there refuses at once.
                try? await Task.sleep(for: .milliseconds(20))
                continue
            }
            if (200..<300).contains(answer.status) {
                let count = told.withLock { told in
                    told.acknowledged.insert("\(account) \(key)")
                    return told.acknowledged.count
                }
                progress.continuation.yield(count)
                if let last { #expect(last.entryID == answer.entryID, "\(key)") }
            }
            last = answer
            answers += 1
            if answers > repeats { return last }
        }
        return last
    }

    private func send(_ session: URLSession, _ address: String, _ body: String, _ key: String) async -> Answer? {
        guard let url = URL(string: address) else { return nil }
        var request = URLRequest(url: url, timeoutInterval: 15)
        request.httpMethod = "POST"
        request.setValue("Bearer \(secret)", forHTTPHeaderField: "Authorization")
        request.setValue(key, forHTTPHeaderField: "Idempotency-Key")
        request.httpBody = Data(body.utf8)
        guard let (data, response) = try? await session.data(for: request) else { return nil }
        guard let status = (response as? HTTPURLResponse)?.statusCode else { return nil }
        return Answer(status: status, body: String(decoding: data, as: UTF8.self))
    }
}
