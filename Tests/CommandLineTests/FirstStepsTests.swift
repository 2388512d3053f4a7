import Foundation
import ScripTesting
import Testing

/// What somebody is told who starts the server for the first time, or the second, or where they cannot.
@Suite(.heavy, .timeLimit(.minutes(15))) struct FirstStepsTests {
    /// Starts a server, and takes what it prints up to a word; then it ends.
    private static func said(_ scrip: ScripProcess, _ options: [String], through end: String) throws -> String {
        let output = Pipe()
        let server = try ChildProcess(
            try ScripProcess.program().path, ["serve", "--port", "0"] + options, environment: scrip.environment,
            folder: scrip.folder.path, output: .pipe(output))
        var text = ""
        while !text.contains(end) {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { break }
            text += String(decoding: data, as: UTF8.self)
        }
        server.send(SIGTERM)
        #expect(server.wait() == 0)
        return text
    }

    @Test func `a second start says what the first did, and how to get a key`() throws {
        let scrip = try ScripProcess()
        let first = try FirstStepsTests.said(scrip, ["--sample"], through: "in a browser")
        let second = try FirstStepsTests.said(scrip, ["--sample"], through: "in a browser")
        for text in [first, second] {
            #expect(text.contains("ada (free), grace (pro), acme (team)") && text.contains("/v1/accounts/ada/balance"))
        }
        #expect(first.contains("scrip_sk_live_") && !second.contains("scrip_sk_"))
        // The command is there to be copied.
        let line = try #require(second.split(separator: "\n").first { $0.contains("key create") })
        let made = try ChildProcess.run("/bin/sh", ["-c", String(line)], folder: scrip.folder.path)
        #expect(made.status == 0 && made.output.contains("scrip_sk_live_"), "\(made)")
    }

    @Test func `an empty database and one with a catalog of its own are told apart`() throws {
        let empty = try FirstStepsTests.said(try ScripProcess(), [], through: "--sample.")
        #expect(empty.contains("The database is empty") && empty.contains("catalog template sample"))
        let own = try ScripProcess.withSampleCatalog()
        let text = try FirstStepsTests.said(own, ["--sample"], through: "key create")
        #expect(text.contains("There is a catalog already"))
    }

    @Test func `a port that is taken is said in one line, with who has it, and nothing is made`() throws {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && listen(socket, 1) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        try #require(isListening)
        let port = UInt16(bigEndian: address.sin_port)
        let scrip = try ScripProcess()
        let refused = try scrip.run("serve", "--sample", "--port", "\(port)")
        #expect(refused.exitCode == 3 && refused.output.isEmpty)
        #expect(refused.errors.hasPrefix("scrip: port \(port) is in use by ") && refused.errors.hasSuffix("--port.\n"))
        #expect(refused.errors.contains("(process \(getpid()))"), "\(refused.errors)")
        #expect(refused.errors.count { $0 == "\n" } == 1, "\(refused.errors)")
        #expect(!FileManager.default.fileExists(atPath: scrip.database.path))
    }

    @Test func `a folder without a database is said to be one`() throws {
        let scrip = try ScripProcess()
        for arguments in [["balance", "ada"], ["entries", "ada"], ["key", "list"], ["verify"]] {
            let refused = try scrip.run(arguments)
            #expect(refused.exitCode == 3 && refused.errors.contains("There is no database './scrip.db' in /"))
            #expect(refused.errors.contains("--sample") && refused.errors.contains("--database"), "\(refused.errors)")
        }
        #expect(!FileManager.default.fileExists(atPath: scrip.database.path))
    }
}
