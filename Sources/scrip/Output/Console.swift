import Foundation

/// What people and programs read: results on standard output, everything else on standard error.
enum Console {
    /// Prints a result.
    static func print(_ text: String) { write(Array((text + "\n").utf8), to: .standardOutput) }

    /// Prints bytes and a line's end.
    static func print(_ bytes: [UInt8]) { write(bytes + [0x0A], to: .standardOutput) }

    /// Writes a part of a result as it is.
    static func write(_ bytes: [UInt8]) { write(bytes, to: .standardOutput) }

    /// Writes a message that is not a result, without any secrets in it.
    static func say(_ text: String) { write(Array((KnownSecrets.scrubbed(text) + "\n").utf8), to: .standardError) }

    /// Shows the progress of something long, on terminals only. Each call replaces the text of the last.
    static func progress(_ text: String) {
        if isatty(STDERR_FILENO) == 1 { write(Array("\r\u{1B}[K\(text)".utf8), to: .standardError) }
    }

    /// Ignores a reader that has gone away.
    private static func write(_ bytes: [UInt8], to handle: FileHandle) {
        try? handle.write(contentsOf: Data(bytes))
    }
}
