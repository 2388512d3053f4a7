/// Who stands behind a command, and from where it came.
public struct Caller: Hashable, Sendable {
    /// What kind of caller.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// An API key.
        case key
        /// Somebody at the command line of the machine.
        case commandLine = "command_line"
        /// One of the app's own users.
        case user
        /// Scrip itself: a job, a sample.
        case system
    }

    /// What kind of caller.
    public var kind: Kind
    /// The key's, the operator's or the user's id; the origin's actor if absent.
    public var id: String?
    /// Who acts in the user's name.
    public var impersonator: String?
    /// The network address.
    public var address: String?
    /// What the caller's program calls itself.
    public var userAgent: String?
    /// The request's id, to find it in the log.
    public var requestID: String?

    /// Makes a caller from what is known.
    public init(
        kind: Kind = .system, id: String? = nil, impersonator: String? = nil, address: String? = nil,
        userAgent: String? = nil, requestID: String? = nil
    ) {
        self.kind = kind
        self.id = id
        self.impersonator = impersonator
        self.address = address
        self.userAgent = userAgent
        self.requestID = requestID
    }
}
