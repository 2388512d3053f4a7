/// How many requests a minute are taken on one instance; absent where there is no limit.
public struct RequestLimits: Sendable, Hashable {
    /// From one API key.
    public var perKey: Int?
    /// From one user.
    public var perUser: Int?
    /// From one address, whoever calls.
    public var perAddress: Int?

    /// The largest limit that is counted; more requests than that come in no minute.
    public static let largest = 1_000_000_000

    private static func counted(_ limit: Int) -> Int { min(max(limit, 0), largest) }

    /// Limits; each is from 0 to ``largest``.
    public init(perKey: Int? = nil, perUser: Int? = 600, perAddress: Int? = nil) {
        self.perKey = perKey.map(RequestLimits.counted)
        self.perUser = perUser.map(RequestLimits.counted)
        self.perAddress = perAddress.map(RequestLimits.counted)
    }
}
