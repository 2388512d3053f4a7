/// How many live streams one server keeps open, and how often they give a sign of life.
public struct StreamLimits: Sendable, Hashable {
    /// The most streams of the server.
    public var maxStreams: Int
    /// The most streams of one account.
    public var maxPerAccount: Int
    /// The most streams of one user.
    public var maxPerUser: Int
    /// After how many seconds without an event a stream carries a comment, so that nobody on the way ends it.
    public var heartbeatSeconds: Int64

    /// Limits.
    public init(
        maxStreams: Int = 10_000, maxPerAccount: Int = 100, maxPerUser: Int = 10, heartbeatSeconds: Int64 = 15
    ) {
        self.maxStreams = maxStreams
        self.maxPerAccount = maxPerAccount
        self.maxPerUser = maxPerUser
        self.heartbeatSeconds = heartbeatSeconds
    }
}
