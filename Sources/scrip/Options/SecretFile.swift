import Foundation

/// A file that holds a secret.
enum SecretFile {
    /// Its content; `nil` when it cannot be read. Says so when others than its owner could read it, too.
    static func content(_ path: String) -> Data? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        warn(ofLoose: path)
        return data
    }

    /// Says so when others than a file's owner may read it.
    static func warn(ofLoose path: String) {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        if let mode = attributes?[.posixPermissions] as? Int, mode & 0o077 != 0 {
            Console.say("scrip: others than its owner may read the secrets in '\(path)'; to change that: chmod 600")
        }
    }
}
