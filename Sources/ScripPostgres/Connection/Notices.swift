import CLibPQ
import Foundation
import ScripCore
import ScripEngine
import Synchronization

/// What instances tell each other by LISTEN and NOTIFY over a connection of its own, from the first observer on.
///
/// All of it is encrypted, because every role may listen, and nobody shall know which accounts change; and every role
/// may notify, so what was not encrypted by an instance tells no more than that something may have changed, once a
/// second.
///
/// Nothing depends on notices; they only save waiting. Accounts are announced after their commit, together and
/// some times a second, because a transaction with a NOTIFY commits while no other one does. Where notices do not come
/// through, as behind a pooler that shares connections, observers are told every second that anything may have changed.
final class Notices: Sendable {
    /// The channel.
    static let channel = "scrip"
    /// What is told of a new version of the catalog.
    static let catalog = "catalog"
    /// What is told when there is too much to tell.
    private static let anything = "anything"
    /// How many accounts are told of at most at a time.
    private static let maxAccounts = 2_000
    /// How long accounts gather before they are told of, in milliseconds.
    private static let gatheringMilliseconds = 50
    /// How long one's own notice is waited for, in milliseconds, before it is clear that none come through.
    private static let patienceMilliseconds = 2_000

    private struct Content {
        var observers: [@Sendable (StoreChange) -> Void] = []
        var changed: Set<AccountID> = []
        var isRunning = false
        var isClosed = false
    }

    private let address: String
    private let isOn: Bool
    private let seal: NoticeSeal
    private let content = Mutex(Content())
    private let wake = Pipe()

    /// - Parameter isOn: whether to listen at all.
    init(address: String, isOn: Bool, seal: NoticeSeal) {
        self.address = address
        self.seal = seal
        self.isOn = isOn
        _ = fcntl(wake.fileHandleForReading.fileDescriptor, F_SETFL, O_NONBLOCK)
        _ = fcntl(wake.fileHandleForWriting.fileDescriptor, F_SETFL, O_NONBLOCK)
    }

    /// The statement that tells something, encrypted, when the transaction is committed.
    static func statement(_ text: String) -> Statement {
        Statement("SELECT pg_catalog.pg_notify('\(channel)', $1)", .text(text))
    }

    /// The notices of accounts, none longer than PostgreSQL lets a notice be (8,000 bytes) once it is encrypted.
    static func texts(of accounts: some Collection<AccountID>) -> [String] {
        if accounts.count > maxAccounts { return [anything] }
        var texts: [String] = []
        var length = Int.max
        for account in accounts {
            let name = account.rawValue
            length = length == Int.max ? length : length + name.utf8.count + 1
            if length > 5_900 {
                texts.append("accounts")
                length = name.utf8.count + 9
            }
            texts[texts.count - 1] += "\n" + name
        }
        return texts
    }

    /// What a notice tells.
    static func change(in text: Substring) -> StoreChange {
        if text == catalog { return .catalog }
        let parts = text.split(separator: "\n", omittingEmptySubsequences: false)
        if parts.first != "accounts" { return .unknown }
        return .accounts(Set(parts.dropFirst().map { AccountID(unchecked: String($0)) }))
    }

    func observe(_ body: @escaping @Sendable (StoreChange) -> Void) {
        let starts = content.withLock { content in
            content.observers.append(body)
            defer { content.isRunning = !content.isClosed }
            return !content.isRunning && !content.isClosed
        }
        if !starts { return }
        let thread = Thread { self.run() }
        thread.name = "scrip-listen"
        thread.start()
    }

    /// Remembers accounts whose changes were committed here, to announce them.
    func committed(_ accounts: Set<AccountID>) {
        let isFirst = content.withLock { content in
            if !content.isRunning || !isOn || content.changed.count > Notices.maxAccounts { return false }
            defer { content.changed.formUnion(accounts) }
            return content.changed.isEmpty
        }
        if isFirst { poke() }
    }

    func close() {
        content.withLock { content in
            content.isClosed = true
            content.observers = []
        }
        poke()
    }

    private var isClosed: Bool { content.withLock { $0.isClosed } }

    private func poke() {
        var byte: UInt8 = 0
        _ = write(wake.fileHandleForWriting.fileDescriptor, &byte, 1)
    }

    private func tell(_ change: StoreChange) {
        for observer in content.withLock({ $0.observers }) { observer(change) }
    }

    private func run() {
        var mayListen = isOn
        while !isClosed {
            if mayListen {
                do throws(PostgresFailure) {
                    mayListen = try listen()
                } catch {
                    wait(on: nil, milliseconds: 1_000)
                }
            } else {
                wait(on: nil, milliseconds: 1_000)
                content.withLock { $0.changed = [] }
            }
            tell(.unknown)
        }
        content.withLock { $0.isRunning = false }
    }

    /// Listens until the connection is lost or the store is closed.
    /// - Returns: whether listening is of use: `false` when not even the own notice came.
    private func listen() throws(PostgresFailure) -> Bool {
        let connection = try Connection(address, preparation: StatementPreparation(isOn: false))
        let probe = "probe \(UInt64.random(in: 0...UInt64.max))"
        _ = try connection.run([Statement("LISTEN \(Notices.channel)")])
        _ = try connection.run([probe].compactMap { seal.seal($0) }.map { Notices.statement($0) })
        var isHeard = false
        var nextForeign = ContinuousClock.now
        let deadline = ContinuousClock.now + .milliseconds(Notices.patienceMilliseconds)
        tell(.unknown)
        while !isClosed {
            if !isHeard && ContinuousClock.now > deadline { return false }
            for notice in try connection.notices() {
                let text = seal.open(notice.text)
                if text == probe { isHeard = true }
                if notice.isOwn || text?.hasPrefix("probe ") == true { continue }
                if let text {
                    tell(Notices.change(in: text[...]))
                } else if ContinuousClock.now > nextForeign {
                    nextForeign = .now + .seconds(1)
                    tell(.unknown)
                }
            }
            let changed = content.withLock { content in
                defer { content.changed = [] }
                return content.changed
            }
            if !changed.isEmpty {
                // These wait for nothing: they say only what is committed already.
                _ = try connection.run(
                    [Statement("BEGIN"), Statement("SET LOCAL synchronous_commit = off")]
                        + Notices.texts(of: changed).compactMap { seal.seal($0) }.map { Notices.statement($0) }
                        + [Statement("COMMIT")])
                Session.sleep(.milliseconds(Notices.gatheringMilliseconds))
            } else {
                wait(on: connection, milliseconds: isHeard ? 1_000 : 50)
            }
        }
        return true
    }

    /// Waits until something arrives on the connection, or somebody pokes, or the time is over.
    private func wait(on connection: Connection?, milliseconds: Int32) {
        let reading = wake.fileHandleForReading.fileDescriptor
        var watched = [
            pollfd(fd: reading, events: Int16(POLLIN), revents: 0),
            pollfd(fd: connection?.socket ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        _ = poll(&watched, 2, milliseconds)
        var buffer: [UInt8] = Array(repeating: 0, count: 64)
        while read(reading, &buffer, buffer.count) > 0 {}
    }
}
