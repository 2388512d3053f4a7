import Foundation

/// A folder for the files of this process, gone when the process ends by itself.
public enum TemporaryFolder {
    private static let path: String = {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("scrip-\(UUID().uuidString)").path
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(atPath: TemporaryFolder.path) }
        return path
    }()

    /// The path of a file that is not there yet.
    /// - Parameter ending: how its name ends, without the dot.
    public static func newFile(ending: String = "db") -> String { "\(path)/\(UUID().uuidString).\(ending)" }
}
