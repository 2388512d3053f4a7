import Foundation

/// A disk of some megabytes in memory, to be filled, and to be read only. Only root may make one, and only on Linux.
public final class SmallDisk: Sendable {
    /// Where it is.
    public let folder: String

    /// Whether this process may make one.
    public static let isPossible: Bool = {
        guard let disk = try? SmallDisk(megabytes: 1) else { return false }
        disk.remove()
        return true
    }()

    /// Why a disk could not be made or changed.
    public struct Problem: Error, CustomStringConvertible {
        /// What the system said.
        public var description: String
    }

    /// Makes one that is empty.
    /// - Parameter owner: the user who may write to it; this process's own if absent.
    public init(megabytes: Int, owner: String? = nil) throws {
        // Others cannot get to what lies in this process's own folder, however that is reached.
        folder =
            owner == nil
            ? TemporaryFolder.newFile(ending: "disk") : "/tmp/scrip-disk-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try SmallDisk.run("mount -t tmpfs -o size=\(megabytes)m,mode=0755 scrip-test '\(folder)'")
        if let owner {
            do {
                try SmallDisk.run("chown \(owner) '\(folder)'")
            } catch {
                remove()
                throw error
            }
        }
    }

    /// Takes all the room that is left.
    public func fill() throws {
        // The program fails when the disk is full, as it should.
        try SmallDisk.run(
            "cat /dev/zero >'\(folder)/filling' 2>/dev/null; sync -f '\(folder)'; [ -s '\(folder)/filling' ]")
    }

    /// Gives the room back that ``fill()`` took.
    public func makeRoom() throws { try FileManager.default.removeItem(atPath: "\(folder)/filling") }

    /// Lets nothing more be written; nobody may have a file open for writing.
    public func makeReadOnly() throws { try SmallDisk.run("mount -o remount,ro '\(folder)'") }

    /// Removes it with all that is on it.
    public func remove() {
        try? SmallDisk.run("umount -l '\(folder)'")
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func run(_ script: String) throws {
        let done = try ChildProcess.run("/bin/sh", ["-c", script])
        if done.status != 0 { throw Problem(description: done.output) }
    }
}
