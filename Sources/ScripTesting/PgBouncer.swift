import Foundation

/// A PgBouncer of the tests' own, which gives each transaction any of few connections to a cluster.
public final class PgBouncer: Sendable {
    private let folder: String
    private let process: Process

    /// Starts it before a cluster.
    public init(before cluster: PostgresCluster) throws {
        folder = "\(cluster.folder)/pooler-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let settings = """
            [databases]
            * = host=\(cluster.folder) user=scrip
            [pgbouncer]
            listen_addr =
            unix_socket_dir = \(folder)
            listen_port = 5432
            auth_type = any
            pool_mode = transaction
            default_pool_size = 3
            max_client_conn = 200
            logfile = \(folder)/log
            """
        try Data(settings.utf8).write(to: URL(fileURLWithPath: "\(folder)/pgbouncer.ini"))
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        let isRoot = geteuid() == 0
        let demotion =
            isRoot
            ? "chown -R postgres \(folder); exec setpriv --reuid=postgres --regid=postgres --clear-groups" : "exec"
        process.arguments = ["-c", "PATH=$PATH:/usr/sbin; \(demotion) pgbouncer -q \(folder)/pgbouncer.ini"]
        process.standardInput = FileHandle.nullDevice
        try process.run()
        for _ in 0..<600 where !FileManager.default.fileExists(atPath: "\(folder)/.s.PGSQL.5432") {
            if !process.isRunning {
                throw PostgresCluster.Problem(description: "pgbouncer does not run; run: make setup")
            }
            Thread.sleep(forTimeInterval: 0.05)
        }
    }

    /// The address of a database of the cluster, through the pooler.
    public func address(of name: String) -> String { "postgresql://scrip@/\(name)?host=\(folder)" }

    /// Ends it.
    public func stop() {
        process.terminate()
        process.waitUntilExit()
    }
}
