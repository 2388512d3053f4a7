import Crypto
import Foundation
import ScripCore
import ScripEngine

/// The signature of Stripe's webhooks: `Stripe-Signature: t=1700000000,v1=…`, an HMAC-SHA256 over the time, a point
/// and the bytes of the body, with the whole secret as key.
///
/// Source: Stripe's documentation of webhook signatures. Times are refused beyond the tolerance in both directions.
public struct StripeSignature: Sendable, HidingSecrets {
    /// How far the time of a message may be from ours, in seconds.
    public static let toleranceSeconds: Int64 = 300
    /// How many signatures of one message are looked at. Stripe sends one for each secret that is in use.
    static let mostSignatures = 4
    /// How many parts of the header are looked at.
    private static let mostParts = 16

    private let secrets: [[UInt8]]

    /// Secrets that are in use, the old one too while a new one is taken into use.
    public init(secrets: [String]) {
        self.secrets = secrets.map { Array($0.utf8) }
    }

    /// Checks that a body was signed with one of the secrets, and lately.
    /// - Throws: ``PaymentProblem`` with ``PaymentProblem/Code/badSignature``.
    public func verify(_ body: [UInt8], header: String?, at now: Timestamp) throws(PaymentProblem) {
        guard let header else { throw PaymentProblem(.badSignature, "The message has no signature.") }
        var time: Int64?
        var signatures: [[UInt8]] = []
        for part in header.split(separator: ",", maxSplits: StripeSignature.mostParts)
            .prefix(StripeSignature.mostParts)
        {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { continue }
            let value = pair[1].trimmingPrefix(while: \.isWhitespace)
            switch pair[0].trimmingPrefix(while: \.isWhitespace) {
            case "t": time = Int64(value)
            case "v1" where signatures.count < StripeSignature.mostSignatures:
                if let bytes = StripeSignature.bytes(ofHexadecimal: value) { signatures.append(bytes) }
            default: continue
            }
        }
        guard let time, !signatures.isEmpty else {
            throw PaymentProblem(.badSignature, "The signature has no time, or no v1.")
        }
        let age = now.microseconds(since: Timestamp(seconds: time)).magnitude
        if age > UInt64(StripeSignature.toleranceSeconds * Timestamp.microsecondsPerSecond) {
            throw PaymentProblem(.badSignature, "The message was signed too long ago, or in the future.")
        }
        if !isGenuine(Array("\(time).".utf8) + body, signatures) {
            throw PaymentProblem(.badSignature, "The signature fits none of the secrets.")
        }
    }

    /// The message is read once for each secret, however many signatures it brings.
    private func isGenuine(_ message: [UInt8], _ signatures: [[UInt8]]) -> Bool {
        secrets.contains { secret in
            let code = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: secret))
            // Codes are compared in constant time.
            return signatures.contains { code == $0 }
        }
    }

    private static func bytes(ofHexadecimal text: some StringProtocol) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard digits[index] != UInt8(ascii: "+"), digits[index] != UInt8(ascii: "-"),
                let byte = UInt8(String(decoding: digits[index...(index + 1)], as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }
}
