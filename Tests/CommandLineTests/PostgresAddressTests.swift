import Foundation
import ScripTesting
import Testing

/// How the program reaches a server that asks for TLS, passwords or certificates, and finds the one that can write.
@Suite(.serialized, .heavy, .timeLimit(.minutes(15))) struct PostgresAddressTests {
    /// A server on TCP with a certificate for `localhost`.
    private struct Server {
        let folder: URL
        let cluster: PostgresCluster
        let authority: CertificateAuthority
        let name: String

        init() throws {
            folder = FileManager.default.temporaryDirectory.appendingPathComponent("scrip-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            authority = try CertificateAuthority(in: folder.path)
            let identity = try authority.issue("server", host: "localhost")
            cluster = try PostgresCluster(
                settings: [
                    "listen_addresses=localhost", "ssl=on", "ssl_cert_file=server.pem", "ssl_key_file=server.key",
                    "ssl_ca_file=ca.pem",
                ],
                port: try ScripProcess.freePort(),
                files: [
                    "server.pem": identity.certificate, "server.key": identity.key,
                    "ca.pem": try String(contentsOfFile: authority.certificatePath, encoding: .utf8),
                    "pg_hba.conf": """
                    local all all trust
                    hostssl all scrip all trust
                    hostssl all keeper all scram-sha-256
                    hostssl all badge all cert
                    host all plain all scram-sha-256

                    """,
                ])
            name = try cluster.makeDatabase()
            for user in ["keeper", "badge", "plain"] {
                try cluster.run(sql: "CREATE ROLE \(user) SUPERUSER LOGIN PASSWORD 'open sesame'", in: name)
            }
            let scrip = try ScripProcess(address: cluster.address(of: name))
            let migrated = try scrip.run("migrate")
            try #require(migrated.exitCode == 0, "\(migrated.errors)")
        }

        /// An address over TCP.
        func address(_ parameters: String, user: String = "scrip", host: String = "localhost") -> String {
            "postgres://\(user)@\(host):\(cluster.port)/\(name)?\(parameters)"
        }

        /// Writes a file that only this user can read.
        func write(_ text: String, to name: String) throws -> String {
            let path = folder.appendingPathComponent(name).path
            let attributes: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
            try #require(
                FileManager.default.createFile(atPath: path, contents: Data(text.utf8), attributes: attributes))
            return path
        }

        func stop() {
            cluster.stop()
            try? FileManager.default.removeItem(at: folder)
        }
    }

    /// Asks with an address and variables whether the schema is up to date.
    private static func check(_ address: String?, _ variables: [String: String] = [:]) throws -> Finished {
        try ScripProcess(address: address, variables: variables).run("migrate", "--check")
    }

    private static func expectReached(
        _ address: String?, _ variables: [String: String] = [:], _ location: SourceLocation = #_sourceLocation
    ) throws {
        let finished = try check(address, variables)
        #expect(finished.exitCode == 0, "\(finished.errors)", sourceLocation: location)
    }

    private static func expectRefused(
        _ address: String?, _ variables: [String: String] = [:], saying words: String,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        let finished = try check(address, variables)
        #expect(finished.exitCode == 3, sourceLocation: location)
        #expect(finished.errors.contains(words), "\(finished.errors)", sourceLocation: location)
        #expect(!finished.errors.contains("sesame"), sourceLocation: location)
    }

    @Test func `TLS is used, and the server's certificate is checked, as the address says`() throws {
        let server = try Server()
        defer { server.stop() }
        let other = try CertificateAuthority(in: server.folder.path)
        let (root, wrong) = ("sslrootcert=\(server.authority.certificatePath)", "sslrootcert=\(other.certificatePath)")
        try Self.expectReached(server.address("sslmode=require"))
        try Self.expectReached(server.address("sslmode=prefer"))
        try Self.expectReached(server.address("sslmode=verify-ca&\(root)"))
        try Self.expectReached(server.address("sslmode=verify-full&\(root)"))
        try Self.expectReached(
            server.address(""),
            ["PGSSLMODE": "verify-full", "PGSSLROOTCERT": server.authority.certificatePath])
        try Self.expectRefused(server.address("sslmode=verify-full&\(wrong)"), saying: "certificate verify failed")
        try Self.expectRefused(server.address("sslmode=verify-ca&\(wrong)"), saying: "certificate verify failed")
        // A certificate for another host is good enough for an authority alone.
        try Self.expectReached(server.address("sslmode=verify-ca&\(root)", host: "127.0.0.1"))
        try Self.expectRefused(
            server.address("sslmode=verify-full&\(root)", host: "127.0.0.1"), saying: #"does not match host name"#)
        try Self.expectRefused(
            server.address("sslmode=verify-full&sslrootcert=/nowhere/ca.pem"), saying: "/nowhere/ca.pem")
        try Self.expectRefused(server.address("sslmode=disable"), saying: "no encryption")
    }

    @Test func `a certificate can stand for a password`() throws {
        let server = try Server()
        defer { server.stop() }
        let identity = try server.authority.issue("badge")
        let certificate = try server.write(identity.certificate, to: "badge.pem")
        let key = try server.write(identity.key, to: "badge.key")
        let root = "sslmode=verify-full&sslrootcert=\(server.authority.certificatePath)"
        try Self.expectReached(server.address("\(root)&sslcert=\(certificate)&sslkey=\(key)", user: "badge"))
        try Self.expectRefused(server.address(root, user: "badge"), saying: "valid client certificate")
        // A certificate of one user is none of another.
        let stranger = try server.authority.issue("stranger")
        let (theirs, theirKey) = (
            try server.write(stranger.certificate, to: "s.pem"), try server.write(stranger.key, to: "s.key")
        )
        try Self.expectRefused(
            server.address("\(root)&sslcert=\(theirs)&sslkey=\(theirKey)", user: "badge"),
            saying: "certificate authentication failed")
    }

    @Test func `passwords come from the address, a variable, a file or a service`() throws {
        let server = try Server()
        defer { server.stop() }
        let address = server.address("sslmode=require", user: "keeper")
        try Self.expectReached(server.address("sslmode=require", user: "keeper:open%20sesame"))
        try Self.expectReached(address, ["PGPASSWORD": "open sesame"])
        let file = try server.write("*:*:*:keeper:open sesame\n", to: "passwords")
        try Self.expectReached(address, ["PGPASSFILE": file])
        try Self.expectReached("\(address)&passfile=\(file)")
        let home = server.folder.appendingPathComponent("home")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        _ = try server.write("localhost:\(server.cluster.port):*:keeper:open sesame\n", to: "home/.pgpass")
        try Self.expectReached(address, ["HOME": home.path, "PGPASSFILE": home.path + "/.pgpass"])
        let services = try server.write(
            """
            [ledger]
            host=localhost
            port=\(server.cluster.port)
            dbname=\(server.name)
            user=keeper
            password=open sesame
            sslmode=require

            """, to: "services")
        try Self.expectReached("postgres:///?service=ledger", ["PGSERVICEFILE": services])
        try Self.expectReached(server.address("sslmode=disable", user: "plain"), ["PGPASSWORD": "open sesame"])

        try Self.expectRefused(address, ["PGPASSWORD": "close sesame"], saying: "password authentication failed")
        try Self.expectRefused(
            server.address("sslmode=require", user: "keeper:close%20sesame"), saying: "password authentication failed")
        try Self.expectRefused(address, saying: "no password supplied")
    }

    @Test func `the address in the option comes before the variables, and Scrip's own before the usual one`() throws {
        let server = try Server()
        defer { server.stop() }
        let (good, bad) = (server.address("sslmode=require"), "postgres://scrip@localhost:1/nothing")
        try Self.expectReached(good)
        try Self.expectReached(bad, ["SCRIP_DATABASE": good])
        try Self.expectRefused(good, ["SCRIP_DATABASE": bad], saying: "port 1")
        let stated = try ScripProcess(address: bad, variables: ["SCRIP_DATABASE": bad])
            .run("migrate", "--check", "--database", good)
        #expect(stated.exitCode == 0, "\(stated.errors)")
    }

    @Test func `among several hosts the one that can write is found, unless the address asks for another`() throws {
        let primary = try PostgresCluster(isDurable: true)
        defer { primary.stop() }
        let name = try primary.makeDatabase()
        _ = try ScripProcess(address: primary.address(of: name)).run("migrate")
        let standby = try PostgresCluster(standbyOf: primary)
        defer { standby.stop() }
        let hosts = "host=/nowhere,\(standby.folder),\(primary.folder)"
        let scrip = try ScripProcess(address: "postgres://scrip@/\(name)?\(hosts)")
        #expect(try scrip.run("account", "create", "ada").exitCode == 0)
        #expect(try primary.run(sql: "SELECT account_id FROM scrip.accounts", in: name) == "ada\n")
        let explicit = try ScripProcess(address: "postgres://scrip@/\(name)?\(hosts)&target_session_attrs=read-write")
        #expect(try explicit.run("account", "create", "grace").exitCode == 0)
        // A standby alone can be read, if that is asked for, and not written.
        let alone = "postgres://scrip@/\(name)?host=\(standby.folder)"
        try Self.expectRefused(alone, saying: "read-only")
        try Self.expectReached("\(alone)&target_session_attrs=any")
        try Self.expectReached(alone, ["PGTARGETSESSIONATTRS": "prefer-standby"])
    }
}
