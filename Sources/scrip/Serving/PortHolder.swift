import Foundation
import NIOCore
import NIOPosix

/// Explains in one line why a server cannot listen, and which program uses its port.
enum PortHolder {
    /// Checks that a server can listen, before anything is created or changed for it.
    /// - Throws: ``Failure/Problem``.
    static func requireFree(host: String, port: Int) async throws {
        do {
            let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1).bind(host: host, port: port).get()
            try await channel.close()
        } catch let error as IOError {
            throw Failure.Problem.unreachable(sentence(for: error, host: host, port: port))
        } catch let error as NIOConnectionError {
            throw Failure.Problem.unreachable("the address '\(error.host)' is not known; see --host.")
        }
    }

    /// The line for an error of listening.
    static func sentence(for error: IOError, host: String, port: Int) -> String {
        switch error.errnoCode {
        case EADDRINUSE:
            let holder = program(listeningOn: port) ?? "another program"
            return "port \(port) is in use by \(holder). Stop it, or choose another port with --port."
        case EACCES:
            return "port \(port) needs more rights than this program has; choose 1024 or higher with --port."
        case EADDRNOTAVAIL: return "the address '\(host)' does not belong to this machine; see --host."
        default: return "cannot listen on \(host):\(port): \(String(cString: strerror(error.errnoCode)))."
        }
    }

    /// The name and process number of the program that listens on a port; `nil` if the system does not tell.
    static func program(listeningOn port: Int) -> String? {
        let places = listeners(on: port)
        if places.isEmpty { return nil }
        let files = FileManager.default
        for process in (try? files.contentsOfDirectory(atPath: "/proc")) ?? [] where Int(process) != nil {
            let folder = "/proc/\(process)/fd"
            for number in (try? files.contentsOfDirectory(atPath: folder)) ?? [] {
                guard let target = try? files.destinationOfSymbolicLink(atPath: "\(folder)/\(number)"),
                    places.contains(target)
                else { continue }
                let name = (try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)) ?? "a program"
                return "\(name.trimmingCharacters(in: .whitespacesAndNewlines)) (process \(process))"
            }
        }
        return nil
    }

    /// The names that the system's lists of open files use for the sockets that listen on a port.
    private static func listeners(on port: Int) -> Set<String> {
        var found: Set<String> = []
        for list in ["/proc/net/tcp", "/proc/net/tcp6"] {
            // The first line names the columns; the second column is the address, the fourth the state, the tenth the
            // socket.
            for line in ((try? String(contentsOfFile: list, encoding: .utf8)) ?? "").split(separator: "\n").dropFirst()
            {
                let columns = line.split(separator: " ")
                guard columns.count > 9, columns[3] == "0A",
                    columns[1].split(separator: ":").last.flatMap({ Int($0, radix: 16) }) == port
                else { continue }
                found.insert("socket:[\(columns[9])]")
            }
        }
        return found
    }
}
