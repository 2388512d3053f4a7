import Foundation
import Testing

extension ScripProcess {
    /// Asks the database through its own shell and returns what it prints.
    func query(_ statement: String) throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["sqlite3", "-cmd", ".timeout 10000", database.path, statement]
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: output, as: UTF8.self)
    }

    /// Starts the program and lets it run.
    func start(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = try ScripProcess.program()
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// Starts the program and kills it with SIGKILL as soon as `isTime` says so; `false` when it ended before.
    func runAndKill(_ arguments: [String], when isTime: () -> Bool) throws -> Bool {
        let process = try start(arguments)
        while process.isRunning && !isTime() {}
        let wasRunning = process.isRunning
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        return wasRunning
    }
}
