import ArgumentParser
import ScripServer
import ScripWire

/// How many connections and bodies the server takes at once.
struct ConnectionOptions: ParsableArguments {
    @Option(
        name: [.long, .customLong("most-connections")],
        help: "The most connections at once; as many as the process may have open files, less 256, if absent.")
    var maxConnections: Int?
    @Option(
        name: [.long, .customLong("most-connections-per-address")],
        help: "The most connections from one address; half of all if absent.")
    var maxConnectionsPerAddress: Int?
    @Option(
        name: [.long, .customLong("most-bytes-in-flight")],
        help: "The most bytes of bodies in memory, of all requests together.")
    var maxBytesInFlight = BodyLimits().maxBytes

    mutating func validate() throws {
        for limit in [maxConnections, maxConnectionsPerAddress].compactMap({ $0 })
        where !(1...1_000_000).contains(limit) {
            throw ValidationError("A limit of connections is from 1 to 1000000.")
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
