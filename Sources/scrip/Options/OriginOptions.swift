import ArgumentParser
import Foundation
import ScripCore

/// Options that say who gives a command, and under which name, so that it happens only once.
struct OriginOptions: ParsableArguments {
    @Option(help: "A name for this request. Repeating it with the same name has no further effect.")
    var idempotencyKey: IdempotencyKey?

    /// Who gives the command. The request's digest is made of these parts.
    func origin(_ parts: String?...) -> Origin {
        let request = parts.map { $0.map { "\($0.utf8.count):\($0)" } ?? "-" }.joined(separator: ",")
        var origin = Origin.commandLine()
        origin.idempotencyKey = idempotencyKey
        origin.comparesMeaning = true
        origin.requestDigest = idempotencyKey == nil ? nil : Digest(of: Array(request.utf8))
        return origin
    }
}

/// Why something is changed.
struct ReasonOptions: ParsableArguments {
    @Option(help: "Why, for the audit log.") var reason: String?

    mutating func validate() throws {
        if let reason, reason.utf8.count > Limits.textBytes {
            throw ValidationError("--reason may have at most \(Limits.textBytes) bytes.")
        }
    }
}

extension Origin {
    /// The person at the command line.
    static func commandLine(actor: String = "command line", reason: String? = nil) -> Origin {
        Origin(actor: actor, caller: Caller(kind: .commandLine, id: NSUserName()), reason: reason)
    }
}
