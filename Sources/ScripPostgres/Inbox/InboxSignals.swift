import CLibPQ
import Foundation
import ScripEngine
import Synchronization

/// Says when to look into the inbox: at once where the database can tell (LISTEN), and twice a second in any case, as
/// behind some poolers it cannot.
enum InboxSignals {
    /// A stream that ends with the task that reads it.
    static func stream(address: String) -> AsyncStream<Void> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let isOver = Flag()
            continuation.onTermination = { _ in isOver.raise() }
            let thread = Thread {
                let breaker = CircuitBreaker(patience: .zero)
                let session = Session(
                    address: address, breaker: breaker, preparation: StatementPreparation(isOn: false))
                var isListening = false
                while !isOver.isRaised {
                    do {
                        let connection = try session.connected(by: .now)
                        if !isListening { try connection.run(script: "LISTEN scrip_inbox") }
                        isListening = true
                        try connection.waitForNotification(milliseconds: 500)
                    } catch {
                        isListening = false
                        session.disconnect()
                        Session.sleep(.milliseconds(500))
                    }
                    continuation.yield()
                }
                session.disconnect()
            }
            thread.name = "scrip-inbox-signals"
            thread.start()
        }
    }

    private final class Flag: Sendable {
        private let content = Mutex(false)
        var isRaised: Bool { content.withLock { $0 } }

        func raise() { content.withLock { $0 = true } }
    }
}

extension Connection {
    /// Waits until the server notifies, or for so long.
    func waitForNotification(milliseconds: Int32) throws(PostgresFailure) {
        if takeNotifications() { return }
        var place = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        _ = poll(&place, 1, milliseconds)
        guard PQconsumeInput(handle) == 1 else { throw PostgresFailure(lost: "the connection is gone") }
        _ = takeNotifications()
    }

    private func takeNotifications() -> Bool {
        var isAny = false
        while let notification = PQnotifies(handle) {
            PQfreemem(notification)
            isAny = true
        }
        return isAny
    }
}
