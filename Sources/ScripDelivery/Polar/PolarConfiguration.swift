import ScripCore

/// How Polar is reached. Neither secret appears in any description or log.
public struct PolarConfiguration: Sendable, HidingSecrets {
    /// The API version that every request names, so that answers keep their shape.
    public static let apiVersion = "2026-10"

    /// The organization's access token.
    public var accessToken: String
    /// The secrets of the webhook's signatures.
    public var webhookSecrets: [String]
    /// The API's address.
    public var address: String
    /// How long one request may take, from the connection to the last byte of its answer, in milliseconds.
    public var timeoutMilliseconds: Int64
    /// How often a request is tried in all, where Polar may see it twice.
    public var attempts: Int
    /// How long to wait before the second attempt, in milliseconds; twice as long before each further one.
    public var firstDelayMilliseconds: Int64

    /// A configuration.
    public init(
        accessToken: String, webhookSecrets: [String] = [], address: String = "https://api.polar.sh",
        timeoutMilliseconds: Int64 = 20_000, attempts: Int = 4, firstDelayMilliseconds: Int64 = 500
    ) {
        self.accessToken = accessToken
        self.webhookSecrets = webhookSecrets
        self.address = address.hasSuffix("/") ? String(address.dropLast()) : address
        self.timeoutMilliseconds = timeoutMilliseconds
        self.attempts = max(1, attempts)
        self.firstDelayMilliseconds = firstDelayMilliseconds
    }

    /// The address alone.
    public var description: String { "Polar at \(address)" }
}
