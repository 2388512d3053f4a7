import ArgumentParser
import ScripServer
import ScripWire

/// How many live balances are shown at once.
struct StreamOptions: ParsableArguments {
    private static let usual = StreamLimits()

    @Option(help: "The most live streams of balances that this server keeps open.")
    var mostStreams = StreamOptions.usual.mostStreams
    @Option(help: "The most live streams of one account.")
    var mostStreamsPerAccount = StreamOptions.usual.mostPerAccount
    @Option(help: "The most live streams of one signed-in user.")
    var mostStreamsPerUser = StreamOptions.usual.mostPerUser
    @Option(help: "After how many seconds of silence a stream gives a sign of life.")
    var streamHeartbeatSeconds = StreamOptions.usual.heartbeatSeconds

    mutating func validate() throws {
        for limit in [mostStreams, mostStreamsPerAccount, mostStreamsPerUser] where !(1...1_000_000).contains(limit) {
            throw ValidationError("A limit of streams is from 1 to 1000000.")
        }
        if !(1...300).contains(streamHeartbeatSeconds) {
            throw ValidationError("--stream-heartbeat-seconds is from 1 to 300.")
        }
    }

    var limits: StreamLimits {
        StreamLimits(
            mostStreams: mostStreams, mostPerAccount: mostStreamsPerAccount, mostPerUser: mostStreamsPerUser,
            heartbeatSeconds: streamHeartbeatSeconds)
    }
}
