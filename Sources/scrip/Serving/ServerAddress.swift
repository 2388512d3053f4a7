import Synchronization

/// Where this server is reached from the same machine. The port is known once the server listens, because it may be
/// any free one.
final class ServerAddress: Sendable {
    let host: String
    private let port: Mutex<Int>

    init(host: String, port: Int) {
        self.host = host
        self.port = Mutex(port)
    }

    /// Takes the port that the server listens on.
    func listens(on port: Int) { self.port.withLock { $0 = port } }

    /// The address, such as `http://127.0.0.1:8080`.
    var url: String {
        // A browser cannot open the address that stands for all of a machine's addresses.
        let shown = host == "0.0.0.0" || host == "::" ? "127.0.0.1" : host.contains(":") ? "[\(host)]" : host
        return "http://\(shown):\(port.withLock { $0 })"
    }
}
