/// How many requests a minute are taken on one instance; absent where there is no limit.
public struct RequestLimits: Sendable, Hashable {
    /// From one API key.
    public var perKey: Int?
    /// From one user.
    public var perUser: Int?
    /// From one address, whoever calls.
    public var perAddress: Int?

    /// Limits.
    public init(perKey: Int? = nil, perUser: Int? = 600, perAddress: Int? = nil) {
        self.perKey = perKey
        self.perUser = perUser
        self.perAddress = perAddress
    }
}
