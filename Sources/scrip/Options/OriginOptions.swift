import ArgumentParser
import ScripCore

/// The name that makes a command happen only once.
struct OriginOptions: ParsableArguments {
    @Option(help: "A name for this intent: repeating it with the same name moves nothing again.")
    var idempotencyKey: IdempotencyKey?

    /// Who gives the command, for a request that consists of these parts.
    func origin(_ parts: String?...) -> Origin {
        let request = parts.map { $0.map { "\($0.utf8.count):\($0)" } ?? "-" }.joined(separator: ",")
        let hash = idempotencyKey == nil ? nil : Hash(of: Array(request.utf8))
        return Origin(actor: "command line", idempotencyKey: idempotencyKey, requestHash: hash)
    }
}
