import ArgumentParser
import ScripServer
import ScripWire

/// How many connections and bodies the server takes at once.
struct ConnectionOptions: ParsableArguments {
    @Option(
        name: [.long, .customLong("most-connections")],
        help: "The most connections at once. Default: the open files that the process may have, less 256.")
    var maxConnections: Int?
    @Option(
        name: [.long, .customLong("most-connections-per-address")],
        help: "The most connections from one address. Default: half of all connections.")
    var maxConnectionsPerAddress: Int?
    @Option(
        name: [.long, .customLong("most-bytes-in-flight")],
        help: "The most bytes that all request bodies together may take in memory.")
    var maxBytesInFlight = BodyLimits().maxBytes

    mutating func validate() throws {
        for limit in [maxConnections, maxConnectionsPerAddress].compactMap({ $0 })
        where !(1...1_000_000).contains(limit) {
            throw ValidationError("A limit of connections must be from 1 to 1000000.")
        }
        if !(1 << 20...1 << 40).contains(maxBytesInFlight) {
            throw ValidationError("--max-bytes-in-flight is from 1048576 to 1099511627776.")
        }
    }

    var connections: ConnectionLimits {
        ConnectionLimits(most: maxConnections, maxPerAddress: maxConnectionsPerAddress)
    }

    var bodies: BodyLimits {
        var limits = BodyLimits()
        limits.maxBytes = maxBytesInFlight
        limits.maxBytesEach = min(limits.maxBytesEach, maxBytesInFlight)
        limits.maxStrangerBytes = min(limits.maxStrangerBytes, maxBytesInFlight)
        limits.maxBytesPerStranger = min(limits.maxBytesPerStranger, maxBytesInFlight)
        return limits
    }
}
