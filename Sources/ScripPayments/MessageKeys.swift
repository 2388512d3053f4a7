import ScripCore
import ScripEngine

/// The keys that a payment service's messages are signed with: an HMAC-SHA256 by each that is in use, the old one too
/// while a new one is taken into use.
struct MessageKeys: Sendable, HidingSecrets {
    /// How far the time of a message may be from ours, in seconds.
    static let toleranceSeconds: Int64 = 300
    /// How many signatures of one message are looked at. Services send one for each secret that is in use.
    static let maxSignatures = 4

    private let keys: [Redacted<[UInt8]>]

    /// Keys. One without bytes is none: everybody could sign with it.
    init(_ keys: [[UInt8]]) {
        self.keys = keys.filter { !$0.isEmpty }.map { Redacted($0) }
    }

    /// Refuses a message that was signed too long ago, or in the future.
    /// - Parameter seconds: when it says that it was signed, since 1970.
    static func require(signedAt seconds: Int64, near now: Timestamp) throws(PaymentProblem) {
        let age = now.microseconds(since: Timestamp(seconds: seconds)).magnitude
        if age > UInt64(toleranceSeconds * Timestamp.microsecondsPerSecond) {
            throw PaymentProblem(.badSignature, "The message was signed too long ago, or in the future.")
        }
    }

    /// Refuses a message that none of the signatures was made for by one of the keys. It is read once for each key,
    /// however many signatures it brings, and not at all where it brings none.
    func require(_ signatures: [[UInt8]], of message: @autoclosure () -> [UInt8]) throws(PaymentProblem) {
        if !isGenuine(signatures, message) {
            throw PaymentProblem(.badSignature, "The signature fits none of the secrets.")
        }
    }

    private func isGenuine(_ signatures: [[UInt8]], _ message: () -> [UInt8]) -> Bool {
        let codes = signatures.prefix(MessageKeys.maxSignatures)
        if codes.isEmpty || keys.isEmpty { return false }
        let message = message()
        return keys.contains { key in
            let genuine = MessageCode(of: message, key: key.revealed)
            return codes.contains { genuine.matches($0) }
        }
    }
}
