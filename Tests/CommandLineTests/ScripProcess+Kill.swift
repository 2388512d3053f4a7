import Foundation
import ScripTesting
import Testing

extension ScripProcess {
    /// Asks the database through its own shell and returns what it prints.
    func query(_ statement: String) throws -> String {
        try ChildProcess.run("sqlite3", ["-cmd", ".timeout 10000", database.path, statement]).output
    }

    /// Starts the program and lets it run.
    func start(_ arguments: [String]) throws -> ChildProcess {
        try ChildProcess(
            try ScripProcess.program().path, arguments, environment: environment, folder: folder.path)
    }

    /// Starts the program and kills it with SIGKILL as soon as `isTime` says so; `false` when it ended before.
    func runAndKill(_ arguments: [String], when isTime: () -> Bool) throws -> Bool {
        let process = try start(arguments)
        while process.isRunning && !isTime() {}
        let wasRunning = process.isRunning
        process.send(SIGKILL)
        process.wait()
        return wasRunning
    }
}
