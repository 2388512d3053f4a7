import Hummingbird
import Logging
import NIOCore

/// What is known of a request besides what it says: from where it came.
struct ConnectionContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The address at the other end of the connection; of the proxy, if there is one before the server.
    let address: String?
    private let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
        address = source.channel.remoteAddress?.ipAddress
    }

    /// Tells whoever waits for it (`Expect: 100-continue`) to send the body, now that it is going to be read (RFC 9110,
    /// 10.1.1).
    func askForBody() {
        channel.triggerUserOutboundEvent(BodyWanted(), promise: nil)
    }
}

/// What callers say of themselves, kept to a length.
enum CallerDescription {
    /// How much of a program's name for itself is kept.
    static let maxUserAgentBytes = 512

    static func userAgent(of request: Request) -> String? {
        guard let text = request.headers[.userAgent], !text.isEmpty else { return nil }
        return String(decoding: text.utf8.prefix(maxUserAgentBytes), as: UTF8.self)
    }
}
