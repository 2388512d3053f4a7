import Foundation
import Testing

/// How the program is built that `make run` starts.
@Suite(.timeLimit(.minutes(15))) struct ReleaseBuildTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Runs the script with a compiler that only says what it was told.
    private static func run(programIsThere: Bool) throws -> (said: String, printed: String) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("scrip-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let compiler = folder.appendingPathComponent("swift")
        try """
        #!/bin/sh
        case "$*" in *--show-bin-path*) echo '\(folder.path)' ;; *) echo "swift $*" ;; esac
        """.write(to: compiler, atomically: true, encoding: .utf8)
        if programIsThere {
            try "".write(to: folder.appendingPathComponent("scrip"), atomically: true, encoding: .utf8)
        }
        for name in programIsThere ? ["swift", "scrip"] : ["swift"] {
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: folder.appendingPathComponent(name).path)
        }
        let (said, printed) = (folder.appendingPathComponent("said"), folder.appendingPathComponent("printed"))
        let script = "PATH='\(folder.path)':\"$PATH\" Scripts/build-release >'\(printed.path)' 2>'\(said.path)'"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script]
        process.currentDirectoryURL = root
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return (try String(contentsOf: said, encoding: .utf8), try String(contentsOf: printed, encoding: .utf8))
    }

    @Test func `the first build says beforehand how long it takes, and prints where the program is`() throws {
        let (said, printed) = try ReleaseBuildTests.run(programIsThere: false)
        let lines = said.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].contains(/about \d+ minutes on \d+ cores/), "\(said)")
        #expect(lines.last?.hasPrefix("swift build -c release --product scrip") == true, "\(said)")
        #expect(printed.hasSuffix("/scrip\n"), "\(printed)")
        let again = try ReleaseBuildTests.run(programIsThere: true).said
        #expect(!again.contains("minutes on"), "\(again)")
    }

    #if os(Linux)
        @Test func `on Linux the program brings Swift's libraries and no symbols`() throws {
            let said = try ReleaseBuildTests.run(programIsThere: true).said
            #expect(said.contains("--static-swift-stdlib -Xlinker -s"), "\(said)")
        }
    #endif

    @Test func `make run starts what that builds`() throws {
        let text = try String(
            contentsOf: ReleaseBuildTests.root.appendingPathComponent("Makefile"), encoding: .utf8)
        #expect(text.contains("program=$$(Scripts/build-release)"))
    }
}
