import Foundation
import Synchronization

/// A file that holds a secret.
enum SecretFile {
    /// The most bytes that a secret's file may have.
    static let maxBytes = 65_536

    /// The file's text without surrounding white space. Warns when other users than its owner can read it.
    /// - Parameter named: what messages call the file.
    /// - Throws: `Failure.Problem` when it cannot be read, is empty, too long or not UTF-8.
    static func text(_ path: String, named: String) throws -> String {
        guard let data = bytes(path) else { throw Failure.Problem.usage("\(named), '\(path)', cannot be read.") }
        if data.count > maxBytes { throw Failure.Problem.usage("\(named), '\(path)', is too long for a secret.") }
        guard let text = String(validating: data, as: UTF8.self)?.trimmingCharacters(in: .whitespacesAndNewlines) else {
            throw Failure.Problem.usage("\(named), '\(path)', is not UTF-8.")
        }
        if text.isEmpty { throw Failure.Problem.usage("\(named), '\(path)', is empty.") }
        warn(ofLoose: path)
        return text
    }

    /// The text of a file, valid secret or not; `nil` if there is none. Used only to keep the text out of messages.
    static func quietText(_ path: String?) -> String? {
        path.flatMap { bytes($0) }.map {
            String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    /// What was read already, by path, because a pipe can be read only once.
    private static let read = Mutex<[String: Data]>([:])

    private static func bytes(_ path: String) -> Data? {
        read.withLock { read in
            if let known = read[path] { return known }
            guard let file = FileHandle(forReadingAtPath: path),
                let data = try? file.read(upToCount: maxBytes + 1) ?? Data()
            else { return nil }
            read[path] = data
            return data
        }
    }

    /// Warns when other users than a file's owner may read it.
    static func warn(ofLoose path: String) {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        if let mode = attributes?[.posixPermissions] as? Int, mode & 0o077 != 0 {
            Console.say("scrip: other users may read the secrets in '\(path)'; to change that: chmod 600")
        }
    }
}
