import Foundation
import Synchronization

/// A PostgreSQL server of the tests' own: in a temporary folder, reached only through a socket in it, gone when the
/// process ends in whatever way.
public final class PostgresCluster: Sendable {
    /// Why a server could not be started.
    public struct Problem: Error, CustomStringConvertible {
        /// A sentence for people.
        public var description: String

        /// A problem in words.
        public init(description: String) {
            self.description = description
        }
    }

    /// One server for all tests of a process. It does not wait for disks, as nothing that it keeps outlives it.
    public static let shared = Result { try PostgresCluster() }

    /// The folder with the socket, and with all that the server keeps.
    public let folder: String
    /// The port of its socket, and of TCP where its settings say `listen_addresses`.
    public let port: UInt16
    private let database = Atomic<Int>(0)
    /// What starts the server.
    private let command: String
    private let guardian = Mutex<Guardian?>(nil)

    /// A process that stops the server when its standard input ends.
    private struct Guardian {
        var process: ChildProcess
        var lifeline: Pipe
    }

    /// Makes a cluster and starts its server.
    /// - Parameters:
    ///   - isDurable: whether commits wait for disks.
    ///   - settings: further settings of the server, such as `wal_level=logical`.
    ///   - port: the port of its socket.
    ///   - files: texts of files beside the data, by their names, such as `pg_hba.conf`; only the server can read them.
    public init(
        isDurable: Bool = false, settings: [String] = [], port: UInt16 = 5432, files: [String: String] = [:]
    ) throws {
        self.port = port
        let programs = try PostgresCluster.programs()
        folder = "/tmp/scrip-postgres-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // The server refuses to run as root.
        let isRoot = geteuid() == 0
        let demotion = isRoot ? "setpriv --reuid=postgres --regid=postgres --clear-groups " : ""
        if isRoot { try PostgresCluster.run("chown postgres:postgres \(folder)") }
        try PostgresCluster.run(
            """
            cd \(folder) && \(demotion)\(programs)/initdb -D \(folder)/data -U scrip -A trust -E UTF8 --locale=C \
            --no-sync >\(folder)/initdb.log 2>&1
            """
        )
        for (name, text) in files {
            let path = "\(folder)/data/\(name)"
            try PostgresCluster.run(
                "umask 077; cat >\(path); \(isRoot ? "chown postgres:postgres \(path)" : "")", input: text)
        }
        var options = [
            "listen_addresses=", "unix_socket_directories=\(folder)", "port=\(port)", "max_connections=2000",
        ]
        if !isDurable { options += ["fsync=off", "full_page_writes=off", "synchronous_commit=off"] }
        options += settings
        let words = options.map { "-c '\($0)'" }.joined(separator: " ")
        command = "\(demotion)\(programs)/postgres -D \(folder)/data \(words)"
        try start()
    }

    /// Makes a standby of a cluster that runs, and starts it; it follows whatever is written there.
    public init(standbyOf primary: PostgresCluster) throws {
        port = primary.port
        let programs = try PostgresCluster.programs()
        folder = "/tmp/scrip-postgres-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let isRoot = geteuid() == 0
        let demotion = isRoot ? "setpriv --reuid=postgres --regid=postgres --clear-groups " : ""
        if isRoot { try PostgresCluster.run("chown postgres:postgres \(folder)") }
        try PostgresCluster.run(
            """
            cd \(folder) && \(demotion)\(programs)/pg_basebackup -h \(primary.folder) -p \(port) -U scrip -D \(folder)/data -R \
            -c fast --no-sync >\(folder)/backup.log 2>&1 || { cat \(folder)/backup.log >&2; exit 1; }
            """
        )
        let options = [
            "listen_addresses=", "unix_socket_directories=\(folder)", "port=\(port)", "max_connections=2000",
        ]
        let words = options.map { "-c '\($0)'" }.joined(separator: " ")
        command = "\(demotion)\(programs)/postgres -D \(folder)/data \(words)"
        try start()
    }

    deinit {
        stop()
    }

    /// Makes a standby take writes, which is in a hurry: the cluster that it followed is gone. It need not have a standby
    /// of its own.
    public func promote() throws {
        try run(sql: "SELECT pg_promote()", in: "postgres")
        try run(sql: "ALTER SYSTEM RESET synchronous_standby_names", in: "postgres")
        try run(sql: "SELECT pg_reload_conf()", in: "postgres")
    }

    /// Starts the server again, and returns when it answers.
    public func start() throws {
        let lifeline = Pipe()
        // When this process ends, its end of the pipe closes, and the guardian stops the server.
        let script = """
            cd \(folder); \(command) >>\(folder)/server.log 2>&1 </dev/null &
            server=$!; echo $server >\(folder)/pid
            cat >/dev/null
            kill -QUIT $server; wait $server; [ -e \(folder)/kept ] || rm -rf \(folder)
            """
        let process = try ChildProcess("/bin/sh", ["-c", script], input: .pipe(lifeline))
        guardian.withLock { $0 = Guardian(process: process, lifeline: lifeline) }
        try PostgresCluster.run(
            """
            rm -f \(folder)/kept
            for attempt in $(seq 6000); do
                \(PostgresCluster.programs())/pg_isready -q -h \(folder) -p \(port) -U scrip && exit 0; sleep 0.1
            done; cat \(folder)/server.log >&2; exit 1
            """
        )
    }

    /// Ends the server as a crash would, and keeps what it wrote.
    public func kill() throws {
        try PostgresCluster.run("touch \(folder)/kept")
        endGuardian()
    }

    /// Stops the server and removes everything.
    public func stop() {
        endGuardian()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func endGuardian() {
        let ending = guardian.withLock { guardian in
            defer { guardian = nil }
            return guardian
        }
        guard let ending else { return }
        try? ending.lifeline.fileHandleForWriting.close()
        ending.process.wait()
    }

    /// The address of a database of the cluster.
    public func address(of name: String = "postgres") -> String {
        "postgresql://scrip@/\(name)?host=\(folder)&port=\(port)"
    }

    /// Makes an empty database, or a copy of another one that nobody uses.
    /// - Returns: its name.
    public func makeDatabase(from template: String = "template0") throws -> String {
        let name = "scrip_\(database.add(1, ordering: .relaxed).newValue)"
        try run(sql: "CREATE DATABASE \(name) TEMPLATE \(template)", in: "postgres")
        return name
    }

    /// Runs SQL, and returns what `psql` prints of it.
    @discardableResult
    public func run(sql: String, in name: String) throws -> String {
        try PostgresCluster.run(
            "\(PostgresCluster.programs())/psql -X -q -A -t -v ON_ERROR_STOP=1 -d '\(address(of: name))' -f -",
            input: sql)
    }

    /// Waits until something is so in a database, and stays so: PostgreSQL tells nobody that a row has changed. The
    /// server itself looks, on one connection, and no thread that other tests need is held meanwhile.
    /// - Parameter condition: a query of one truth value; names are qualified.
    public func wait(until condition: String, in name: String) async throws {
        let script = """
            SET search_path = pg_catalog;
            DO $wait$ BEGIN
                WHILE NOT coalesce((\(condition)), false) LOOP PERFORM pg_sleep(0.02); END LOOP;
            END $wait$
            """
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            Thread.detachNewThread {
                continuation.resume(with: Result { _ = try self.run(sql: script, in: name) })
            }
        }
    }

    /// Where the server's programs are.
    public static func programs() throws -> String {
        let folders = (13...20).reversed().flatMap {
            ["/usr/lib/postgresql/\($0)/bin", "/opt/homebrew/opt/postgresql@\($0)/bin"]
        }
        for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/initdb") { return folder }
        throw Problem(description: "PostgreSQL is not installed; run: make setup")
    }

    @discardableResult
    private static func run(_ script: String, input: String = "") throws -> String {
        let (status, printed) = try ChildProcess.run("/bin/sh", ["-c", script], input: input)
        if status != 0 { throw Problem(description: "'\(script)' failed: \(printed)") }
        return printed
    }
}
