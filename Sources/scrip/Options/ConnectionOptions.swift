import ArgumentParser
import ScripServer
import ScripWire

/// How many connections and bodies the server takes at once.
struct ConnectionOptions: ParsableArguments {
    @Option(help: "The most connections at once; as many as the process may have open files, less 256, if absent.")
    var mostConnections: Int?
    @Option(help: "The most connections from one address; half of all if absent.")
    var mostConnectionsPerAddress: Int?
    @Option(help: "The most bytes of bodies in memory, of all requests together.")
    var mostBytesInFlight = BodyLimits().mostBytes

    mutating func validate() throws {
        for limit in [mostConnections, mostConnectionsPerAddress].compactMap({ $0 })
        where !(1...1_000_000).contains(limit) {
            throw ValidationError("A limit of connections is from 1 to 1000000.")
        }
        if !(1 << 20...1 << 40).contains(mostBytesInFlight) {
            throw ValidationError("--most-bytes-in-flight is from 1048576 to 1099511627776.")
        }
    }

    var connections: ConnectionLimits {
        ConnectionLimits(most: mostConnections, mostPerAddress: mostConnectionsPerAddress)
    }

    var bodies: BodyLimits {
        var limits = BodyLimits()
        limits.mostBytes = mostBytesInFlight
        limits.mostBytesEach = min(limits.mostBytesEach, mostBytesInFlight)
        limits.mostStrangerBytes = min(limits.mostStrangerBytes, mostBytesInFlight)
        limits.mostBytesPerStranger = min(limits.mostBytesPerStranger, mostBytesInFlight)
        return limits
    }
}
