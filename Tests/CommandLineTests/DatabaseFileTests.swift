import Foundation
import FoundationNetworking
import ScripTesting
import Testing

/// What the program leaves behind, and what it says when that is taken away.
@Suite("Files of the database", .heavy, .timeLimit(.minutes(15))) struct DatabaseFileTests {
    /// Runs the program under a umask that takes nothing away.
    private static func run(_ scrip: ScripProcess, _ arguments: [String]) throws {
        let quoted = try ([ScripProcess.program().path] + arguments).map { "'\($0)'" }.joined(separator: " ")
        let done = try ChildProcess.run("/bin/sh", ["-c", "umask 000; exec \(quoted)"], folder: scrip.folder.path)
        try #require(done.status == 0, "\(arguments): \(done.output)")
    }

    private static func modes(in scrip: ScripProcess) throws -> [String: Int] {
        var modes: [String: Int] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: scrip.folder.path) where name.contains(".db") {
            let file = scrip.folder.appendingPathComponent(name).path
            modes[name] = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        }
        return modes
    }

    @Test func `every verb leaves one file, which is complete and for its owner alone`() throws {
        let scrip = try ScripProcess()
        try scrip.write(try scrip.run("catalog", "template", "sample").output, to: "catalog.yaml")
        for arguments in [
            ["catalog", "apply", "catalog.yaml"], ["account", "create", "ada", "--plan", "free"],
            ["charge", "ada", "--action", "ai_chat_message"], ["grant", "ada", "5", "--source", "bonus"],
            ["balance", "ada"], ["entries", "ada"], ["key", "create"], ["key", "list"], ["audit", "list"],
            ["catalog", "show"], ["verify"], ["migrate"],
            ["copy", "--from", "scrip.db", "--to", "copied.db"],
        ] {
            try DatabaseFileTests.run(scrip, arguments)
            let modes = try DatabaseFileTests.modes(in: scrip)
            #expect(modes.values.allSatisfy { $0 == 0o600 }, "\(arguments): \(modes)")
            #expect(Set(modes.keys).isSubset(of: ["scrip.db", "copied.db"]), "\(arguments): \(modes)")
            let copy = try ScripProcess()
            try FileManager.default.copyItem(at: scrip.database, to: copy.database)
            #expect(try copy.run("verify").exitCode == 0, "\(arguments)")
        }
        let copied = try scrip.run("balance", "ada", "--database", "copied.db")
        #expect(copied.output.contains("9"), "\(copied)")
    }

    @Test func `files that others may read are theirs no more after a start, and while a server runs`() async throws {
        let scrip = try ScripProcess.withSampleCatalog()
        #expect(try scrip.run("account", "create", "grace").exitCode == 0)
        #expect(chmod(scrip.database.path, 0o644) == 0)
        let port = try ScripProcess.freePort()
        let server = try scrip.start(["serve", "--port", "\(port)"])
        try await ScripProcess.waitUntilReady(port)
        let modes = try DatabaseFileTests.modes(in: scrip)
        #expect(modes == ["scrip.db": 0o600, "scrip.db-wal": 0o600, "scrip.db-shm": 0o600])
        server.send(SIGTERM)
        #expect(server.wait() == 0)
        #expect(try DatabaseFileTests.modes(in: scrip) == ["scrip.db": 0o600])
        let copy = try ScripProcess()
        try FileManager.default.copyItem(at: scrip.database, to: copy.database)
        #expect(try copy.run("verify").exitCode == 0)
        #expect(try copy.run("balance", "grace").exitCode == 0)
    }

    @Test(arguments: ["rm scrip.db", "cp scrip.db x && mv x scrip.db", ": >scrip.db", "rm scrip.db-wal"])
    func `a server whose files are taken away ends and says why`(_ accident: String) async throws {
        let scrip = try ScripProcess.withSampleCatalog()
        let port = try ScripProcess.freePort()
        let log = scrip.folder.appendingPathComponent("log")
        let server = try ChildProcess(
            try ScripProcess.program().path, ["serve", "--port", "\(port)"], environment: scrip.environment,
            folder: scrip.folder.path, errors: .file(log.path))
        try await ScripProcess.waitUntilReady(port)
        #expect(try ChildProcess.run("/bin/sh", ["-c", accident], folder: scrip.folder.path).status == 0)
        #expect(server.wait() == 3)
        let said = String(decoding: try Data(contentsOf: log), as: UTF8.self)
        #expect(said.contains("code=files_lost"), "\(said)")
    }
}
