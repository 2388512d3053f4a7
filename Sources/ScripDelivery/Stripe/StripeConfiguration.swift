import ScripCore

/// How Stripe is reached. Neither secret appears in any description or log.
public struct StripeConfiguration: Sendable, HidingSecrets {
    /// The API version that every request names, so that answers keep their shape.
    public static let apiVersion = "2025-03-31.basil"

    /// The secret or restricted key.
    public var secretKey: String
    /// The secrets of the webhook's signatures.
    public var webhookSecrets: [String]
    /// The API's address.
    public var address: String
    /// How long one request may take, from the connection to the last byte of its answer, in milliseconds.
    public var timeoutMilliseconds: Int64
    /// How often a request is tried in all.
    public var attempts: Int
    /// How long to wait before the second attempt, in milliseconds; twice as long before each further one.
    public var firstDelayMilliseconds: Int64

    /// A configuration.
    public init(
        secretKey: String, webhookSecrets: [String] = [], address: String = "https://api.stripe.com",
        timeoutMilliseconds: Int64 = 20_000, attempts: Int = 4, firstDelayMilliseconds: Int64 = 500
    ) {
        self.secretKey = secretKey
        self.webhookSecrets = webhookSecrets
        self.address = address.hasSuffix("/") ? String(address.dropLast()) : address
        self.timeoutMilliseconds = timeoutMilliseconds
        self.attempts = max(1, attempts)
        self.firstDelayMilliseconds = firstDelayMilliseconds
    }

    /// The address alone.
    public var description: String { "Stripe at \(address)" }
}
