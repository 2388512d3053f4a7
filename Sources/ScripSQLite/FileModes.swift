import Foundation

/// Who may read the database's files: their owner alone, whatever the process's umask says.
enum FileModes {
    private static let endings = ["", "-wal", "-shm", "-journal"]

    /// Makes the file if it is not there, so that SQLite finds it, and gives its other files the same rights.
    ///
    /// A file that is there is never opened: closing it again would end SQLite's locks on it.
    static func prepare(_ path: String) {
        let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            fchmod(descriptor, 0o600)
            close(descriptor)
        }
        _ = tighten(path)
    }

    /// Takes rights of others away from the files that are there.
    /// - Returns: the files that others may still use, because they belong to somebody else.
    static func tighten(_ path: String) -> [String] {
        endings.map { path + $0 }.filter { name in
            var status = stat()
            if stat(name, &status) != 0 || status.st_mode & 0o077 == 0 { return false }
            return chmod(name, status.st_mode & 0o700) != 0
        }
    }
}
