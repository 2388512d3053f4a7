import ScripCore

/// How a payment service is reached. Neither secret appears in any description or log.
public struct ServiceConfiguration: Sendable, HidingSecrets {
    /// What says to the service who asks: a secret key or an access token.
    public var secret: String
    /// The secrets of its webhook's signatures.
    public var webhookSecrets: [String]
    /// The API's address, without a slash at its end.
    public var address: String
    /// How long one request may take, from the connection to the last byte of its answer, in milliseconds.
    public var timeoutMilliseconds: Int64
    /// How often a request is tried in all, where the service may see it twice.
    public var attempts: Int
    /// How long to wait before the second attempt, in milliseconds; twice as long before each further one.
    public var firstDelayMilliseconds: Int64

    /// A configuration.
    public init(
        secret: String, webhookSecrets: [String] = [], address: String, timeoutMilliseconds: Int64 = 20_000,
        attempts: Int = 4, firstDelayMilliseconds: Int64 = 500
    ) {
        self.secret = secret
        self.webhookSecrets = webhookSecrets
        self.address = address.hasSuffix("/") ? String(address.dropLast()) : address
        self.timeoutMilliseconds = timeoutMilliseconds
        self.attempts = max(1, attempts)
        self.firstDelayMilliseconds = firstDelayMilliseconds
    }

    /// The address alone.
    public var description: String { "payment service at \(address)" }
}
