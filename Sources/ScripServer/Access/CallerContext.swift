import Hummingbird
import NIOCore

/// What is known of a request besides its content: the address it came from.
struct CallerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The address; absent without a socket.
    let address: String?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        address = source.channel.remoteAddress?.ipAddress
    }
}
