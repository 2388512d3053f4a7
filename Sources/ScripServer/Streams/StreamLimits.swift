/// How many live streams one server keeps open, and how often they give a sign of life.
public struct StreamLimits: Sendable, Hashable {
    /// The most streams of the server.
    public var mostStreams: Int
    /// The most streams of one account.
    public var mostPerAccount: Int
    /// The most streams of one user.
    public var mostPerUser: Int
    /// After how many seconds without an event a stream carries a comment, so that nobody on the way ends it.
    public var heartbeatSeconds: Int64

    /// Limits.
    public init(
        mostStreams: Int = 10_000, mostPerAccount: Int = 100, mostPerUser: Int = 10, heartbeatSeconds: Int64 = 15
    ) {
        self.mostStreams = mostStreams
        self.mostPerAccount = mostPerAccount
        self.mostPerUser = mostPerUser
        self.heartbeatSeconds = heartbeatSeconds
    }
}
