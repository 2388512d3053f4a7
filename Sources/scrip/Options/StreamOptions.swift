import ArgumentParser
import ScripServer
import ScripWire

/// How many live balances are shown at once.
struct StreamOptions: ParsableArguments {
    private static let usual = StreamLimits()

    @Option(
        name: [.long, .customLong("most-streams")],
        help: "The most live balance streams that this server keeps open.")
    var maxStreams = StreamOptions.usual.maxStreams
    @Option(name: [.long, .customLong("most-streams-per-account")], help: "The most live streams of one account.")
    var maxStreamsPerAccount = StreamOptions.usual.maxPerAccount
    @Option(name: [.long, .customLong("most-streams-per-user")], help: "The most live streams of one signed-in user.")
    var maxStreamsPerUser = StreamOptions.usual.maxPerUser
    @Option(help: "After how many silent seconds a stream sends a sign of life.")
    var streamHeartbeatSeconds = StreamOptions.usual.heartbeatSeconds

    mutating func validate() throws {
        for limit in [maxStreams, maxStreamsPerAccount, maxStreamsPerUser] where !(1...1_000_000).contains(limit) {
            throw ValidationError("A limit of streams must be from 1 to 1000000.")
        }
        if !(1...300).contains(streamHeartbeatSeconds) {
            throw ValidationError("--stream-heartbeat-seconds must be from 1 to 300.")
        }
    }

    var limits: StreamLimits {
        StreamLimits(
            maxStreams: maxStreams, maxPerAccount: maxStreamsPerAccount, maxPerUser: maxStreamsPerUser,
            heartbeatSeconds: streamHeartbeatSeconds)
    }
}
