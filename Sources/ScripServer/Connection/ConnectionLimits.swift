import Foundation

/// How many connections are open at once, and how much of each is in memory.
public struct ConnectionLimits: Sendable, Hashable {
    /// In all. Beyond it no more are accepted until some are closed; they wait in the system's queue.
    public var most: Int
    /// From one address; beyond it a new one is closed at once.
    public var maxPerAddress: Int
    /// For how many seconds an answer may stand still because its reader does not read.
    public var writeSeconds: Int64 = 30
    /// How many bytes of a connection's answers the system keeps for a reader that has not read them yet.
    public var sendBufferBytes = 262_144
    /// How many bytes the system keeps of what a connection sends, before the sender has to wait.
    public var receiveBufferBytes = 131_072
    /// How many bytes are read, and thrown away, of a body that was refused, so that a sender that does not look before
    /// it has sent everything finds its answer.
    public var maxDiscardedBytes = 67_108_864

    /// How many open files are left to databases, logs and payment providers.
    private static let reserved = 256
    /// How many open files are asked for.
    private static let wanted = 65_536

    /// Limits.
    /// - Parameters:
    ///   - most: in all; as many as the process may have open files, less those it needs itself, if absent.
    ///   - maxPerAddress: from one address; half of all if absent, since a proxy before the server is one address.
    public init(most: Int? = nil, maxPerAddress: Int? = nil) {
        let possible = max(16, ConnectionLimits.openFiles - ConnectionLimits.reserved)
        self.most = min(most ?? min(possible, 20_000), possible)
        self.maxPerAddress = min(maxPerAddress ?? max(8, self.most / 2), self.most)
    }

    /// How many files the process may have open.
    private static var openFiles: Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1_024 }
        return Int(clamping: limit.rlim_cur)
    }

    /// Lets the process have as many open files as it may ask for: the usual limit of 1,024 is meant for programs that
    /// cannot count higher.
    public static func raiseOpenFiles() {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0, limit.rlim_cur < wanted else { return }
        limit.rlim_cur = min(rlim_t(wanted), limit.rlim_max)
        _ = setrlimit(resource, &limit)
    }
}
