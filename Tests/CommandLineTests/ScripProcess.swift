import Foundation
import ScripTesting
import Testing

/// What the program said and how it ended.
struct Finished {
    var exitCode: Int32
    var output: String
    var errors: String
}

/// The built program with a folder and a database of its own.
final class ScripProcess: Sendable {
    let folder: URL
    var database: URL { folder.appendingPathComponent("scrip.db") }

    /// Where the program finds its database; the file in its folder if absent.
    let address: String?

    /// Further variables that the program reads.
    let variables: [String: String]

    init(address: String? = nil, variables: [String: String] = [:]) throws {
        self.address = address
        self.variables = variables
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("scrip-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// A database with the sample catalog.
    static func withSampleCatalog() throws -> ScripProcess {
        let scrip = try ScripProcess()
        let document = try scrip.run("catalog", "template", "sample").output
        try scrip.write(document, to: "catalog.yaml")
        let applied = try scrip.run("catalog", "apply", "catalog.yaml")
        #expect(applied.exitCode == 0, "\(applied.errors)")
        return scrip
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }

    /// Runs the program to its end.
    @discardableResult
    func run(_ arguments: String...) throws -> Finished { try run(arguments) }

    /// Runs the program to its end.
    func run(_ arguments: [String]) throws -> Finished {
        try finish(try ScripProcess.program().path, arguments)
    }

    /// Runs a statement with the database's own shell.
    func sqlite(_ statement: String) throws {
        let done = try finish("sqlite3", [database.path, statement])
        try #require(done.exitCode == 0, "\(done.errors)")
    }

    /// The variables of this process without those that the program reads, and with the address of its database.
    var environment: [String: String] {
        var variables = ProcessInfo.processInfo.environment.filter { name, _ in
            !name.hasPrefix("SCRIP_") && !name.hasPrefix("PG") && name != "DATABASE_URL"
        }
        variables["DATABASE_URL"] = address
        return variables.merging(self.variables) { $1 }
    }

    private func finish(_ program: String, _ arguments: [String]) throws -> Finished {
        let (output, errors) = (folder.appendingPathComponent("out"), folder.appendingPathComponent("err"))
        let process = try ChildProcess(
            program, arguments, environment: environment, folder: folder.path, output: .file(output.path),
            errors: .file(errors.path))
        return Finished(
            exitCode: process.wait(), output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
    }

    /// The program lies in the build folder, beside the tests.
    static func program() throws -> URL {
        var candidates = CommandLine.arguments.prefix(1).map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
        for bundle in Bundle.allBundles { candidates.append(bundle.bundleURL.deletingLastPathComponent()) }
        for folder in candidates {
            let program = folder.appendingPathComponent("scrip")
            if FileManager.default.isExecutableFile(atPath: program.path) { return program }
        }
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let program = root.appendingPathComponent(".build/debug/scrip")
        try #require(FileManager.default.isExecutableFile(atPath: program.path), "the program is not built")
        return program
    }
}
