import Foundation
import ScripTesting
import Testing

/// SQL in a database file, by SQLite's own program.
enum SQLiteShell {
    /// Runs SQL, and returns what the program prints.
    static func run(_ sql: String, in path: String) throws -> String {
        let (output, errors) = (StoreKind.temporaryPath(), StoreKind.temporaryPath())
        let process = try ChildProcess("sqlite3", ["-bail", path, sql], output: .file(output), errors: .file(errors))
        let code = process.wait()
        if code != 0 { throw Failure(description: (try? String(contentsOfFile: errors, encoding: .utf8)) ?? "failed") }
        return try String(contentsOfFile: output, encoding: .utf8)
    }

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }
}
