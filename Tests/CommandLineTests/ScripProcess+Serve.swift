import Foundation
import FoundationNetworking
import Testing

extension ScripProcess {
    /// A port that nobody listens on, and that no connection gets by itself: those have ports from 32768 on, also while a
    /// server that had one is down.
    static func freePort() throws -> UInt16 {
        while true {
            let port = UInt16.random(in: 15_000..<32_000)
            let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(socket) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            address.sin_port = port.bigEndian
            let isFree = withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            if isFree { return port }
        }
    }

    /// Returns when the server on a port of this machine is ready, which stays so.
    static func waitUntilReady(_ port: UInt16) async throws {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)/readyz"))
        while true {
            if let (_, response) = try? await URLSession.shared.data(from: url),
                (response as? HTTPURLResponse)?.statusCode == 200
            {
                return
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}
