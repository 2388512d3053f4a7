import ScripEngine
import ScripIngest
import ScripWire

/// How the server listens and answers.
public struct ServerConfiguration: Sendable {
    /// The address to listen on.
    public var host: String
    /// The port to listen on; 0 for any.
    public var port: Int
    /// The status of a refusal for lack of credits: 429 or 402.
    public var insufficientCreditsStatus: Int
    /// The most bytes of a body.
    public var maxBodyBytes: Int
    /// The most bytes of a batch of usage events or a catalog.
    public var maxBatchBytes: Int
    /// Whether the metrics may be read without a key.
    public var metricsArePublic: Bool
    /// The program's version, as the metrics say it.
    public var version: String
    /// The most lines of journals that one what-if replays.
    public var maxWhatIfEntries: Int64

    /// The most bytes of all header fields.
    public var maxHeaderBytes = 32_768
    /// After how many seconds without a byte a connection is closed.
    public var idleSeconds: Int64 = 60
    /// How many seconds a request may take to arrive, from its head to the end of its body.
    public var requestSeconds: Int64 = 60
    /// How many bytes of bodies are in memory at once.
    public var bodies = BodyLimits()
    /// How many connections are open at once.
    public var connections = ConnectionLimits()
    /// How many live streams may be open.
    public var streams = StreamLimits()
    /// How many requests a minute are taken.
    public var limits: RequestLimits

    /// How spans and CloudEvents become usage events.
    public var ingest: IngestConfiguration
    /// Which keys are taken: live or test ones.
    public var mode: KeyMode
    /// How the app's own users sign in.
    public var users: UsersConfiguration

    /// Where purchases are made; `nil` for a server without payments.
    public var payments: PaymentDesk?

    /// Makes a configuration from its parts.
    public init(
        host: String = "127.0.0.1", port: Int = 8080,
        insufficientCreditsStatus: Int = Problem.insufficientCreditsStatus,
        maxBodyBytes: Int = 65_536, maxBatchBytes: Int = 8_388_608,
        metricsArePublic: Bool = false, version: String = "unknown",
        maxWhatIfEntries: Int64 = 200_000,
        ingest: IngestConfiguration = IngestConfiguration(), mode: KeyMode = .live,
        users: UsersConfiguration = UsersConfiguration(),
        limits: RequestLimits = RequestLimits(), payments: PaymentDesk? = nil
    ) {
        self.host = host
        self.port = port
        self.insufficientCreditsStatus = insufficientCreditsStatus
        self.maxBodyBytes = maxBodyBytes
        self.maxBatchBytes = maxBatchBytes
        self.metricsArePublic = metricsArePublic
        self.version = version
        self.maxWhatIfEntries = maxWhatIfEntries
        self.ingest = ingest
        self.mode = mode
        self.users = users
        self.limits = limits
        self.payments = payments
    }
}
