import Foundation

/// A PgBouncer of the tests' own, which gives each transaction any of few connections to a cluster; gone when the process
/// ends in whatever way.
public final class PgBouncer: Sendable {
    private let folder: String
    private let process: ChildProcess
    /// The process that ends the pooler reads from it, and does so when it is closed.
    private let lifeline = Pipe()

    /// Starts it before a cluster.
    /// - Parameter settings: further settings, such as `query_wait_timeout = 1`.
    public init(before cluster: PostgresCluster, settings: [String] = []) throws {
        folder = "\(cluster.folder)/pooler-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let file = """
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
            \(settings.joined(separator: "\n"))
            """
        try Data(file.utf8).write(to: URL(fileURLWithPath: "\(folder)/pgbouncer.ini"))
        let isRoot = geteuid() == 0
        let demotion =
            isRoot
            ? "chown -R postgres \(folder); exec setpriv --reuid=postgres --regid=postgres --clear-groups" : "exec"
        let script = """
            PATH=$PATH:/usr/sbin
            (\(demotion) pgbouncer -q \(folder)/pgbouncer.ini) </dev/null &
            pooler=$!
            cat >/dev/null
            kill $pooler 2>/dev/null; wait $pooler
            """
        process = try ChildProcess("/bin/sh", ["-c", script], input: .pipe(lifeline))
        for _ in 0..<12_000 {
            if FileManager.default.fileExists(atPath: "\(folder)/.s.PGSQL.5432") { return }
            Thread.sleep(forTimeInterval: 0.05)
        }
        stop()
        throw PostgresCluster.Problem(description: "pgbouncer does not run; run: make setup")
    }

    /// The address of a database of the cluster, through the pooler.
    public func address(of name: String) -> String { "postgresql://scrip@/\(name)?host=\(folder)" }

    /// Ends it.
    public func stop() {
        try? lifeline.fileHandleForWriting.close()
        process.wait()
    }
}
