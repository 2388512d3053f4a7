import Foundation
import Synchronization

/// Another program that this process runs.
///
/// Foundation's `Process` reads past the end of the list of open files when there are more than a thousand, which many
/// tests at once may have (`findMaximumOpenFromProcSelfFD`); this one has the system close them.
public final class ChildProcess: Sendable {
    /// What a standard stream of the program is.
    public enum Stream {
        /// Nothing comes, and what goes there is lost.
        case nothing
        /// The other end of a pipe; this end reads or writes until it is closed.
        case pipe(Pipe)
        /// A file, made anew if it is written to.
        case file(String)
        /// That of this process.
        case inherited
    }

    /// Why a program could not be run.
    public struct Problem: Error, CustomStringConvertible {
        /// A sentence for people.
        public var description: String
    }

    /// The number by which the system knows it.
    public let identifier: pid_t
    private let status = Mutex<Int32?>(nil)

    private typealias Actions = UnsafeMutablePointer<posix_spawn_file_actions_t>
    // The C library has these two (glibc from 2.34 on), but its header keeps them from Swift.
    private static let changeFolder = dlsym(nil, "posix_spawn_file_actions_addchdir_np").map {
        unsafeBitCast($0, to: (@convention(c) (Actions, UnsafePointer<CChar>) -> Int32).self)
    }
    private static let closeFrom = dlsym(nil, "posix_spawn_file_actions_addclosefrom_np").map {
        unsafeBitCast($0, to: (@convention(c) (Actions, Int32) -> Int32).self)
    }

    /// Starts a program. It blocks no signals, whatever the thread that starts it does.
    /// - Parameters:
    ///   - program: its path, or a name that is looked up in `PATH`.
    ///   - environment: its variables; those of this process if absent.
    ///   - folder: where it works; where this process does if absent.
    /// - Throws: ``Problem``.
    public init(
        _ program: String, _ arguments: [String], environment: [String: String]? = nil, folder: String? = nil,
        input: Stream = .nothing, output: Stream = .nothing, errors: Stream = .nothing
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let folder, let change = ChildProcess.changeFolder { _ = change(&actions, folder) }
        for (number, stream) in [(0, input), (1, output), (2, errors)] as [(Int32, Stream)] {
            let flags = number == 0 ? O_RDONLY : O_WRONLY | O_CREAT | O_TRUNC
            switch stream {
            case .nothing: posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
            case .file(let path): posix_spawn_file_actions_addopen(&actions, number, path, flags, 0o644)
            case .pipe(let pipe):
                let end = number == 0 ? pipe.fileHandleForReading : pipe.fileHandleForWriting
                posix_spawn_file_actions_adddup2(&actions, end.fileDescriptor, number)
            case .inherited: break
            }
        }
        if let closeFrom = ChildProcess.closeFrom { _ = closeFrom(&actions, 3) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let variables = environment ?? ProcessInfo.processInfo.environment
        let words = ([program] + arguments).map { strdup($0) } + [nil]
        let settings = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + settings { free(text) } }
        var started = pid_t()
        let result = posix_spawnp(&started, program, &actions, &attributes, words, settings)
        for (number, stream) in [(0, input), (1, output), (2, errors)] {
            guard case .pipe(let pipe) = stream else { continue }
            try? (number == 0 ? pipe.fileHandleForReading : pipe.fileHandleForWriting).close()
        }
        if result != 0 { throw Problem(description: "\(program): \(String(cString: strerror(result)))") }
        identifier = started
    }

    /// Runs a program to its end.
    /// - Parameter input: what it is given to read.
    /// - Returns: how it ended, as ``wait()`` does, and what it printed, errors included.
    public static func run(
        _ program: String, _ arguments: [String], folder: String? = nil, input: String = ""
    ) throws -> (status: Int32, output: String) {
        let (given, printed) = (Pipe(), Pipe())
        let process = try ChildProcess(
            program, arguments, folder: folder, input: .pipe(given), output: .pipe(printed), errors: .pipe(printed))
        try given.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try given.fileHandleForWriting.close()
        let output = String(decoding: printed.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        return (process.wait(), output)
    }

    /// Whether it has not ended yet.
    public var isRunning: Bool { end() == nil }

    /// Waits for its end.
    /// - Returns: its status; 128 and the signal's number if it was ended by one.
    @discardableResult
    public func wait() -> Int32 {
        while true {
            if let status = end() { return status }
            // Comes back when it has ended, and leaves its status to be asked for.
            var information = siginfo_t()
            waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT)
        }
    }

    /// Sends it a signal, unless it has ended.
    public func send(_ signal: Int32) {
        if isRunning { kill(identifier, signal) }
    }

    private func end() -> Int32? {
        status.withLock { status in
            if let status { return status }
            var raw: Int32 = 0
            guard waitpid(identifier, &raw, WNOHANG) == identifier else { return nil }
            let signal = raw & 0x7f
            status = signal == 0 ? (raw >> 8) & 0xff : 128 + signal
            return status
        }
    }
}
