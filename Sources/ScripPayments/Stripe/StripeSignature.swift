import ScripCore
import ScripEngine

/// The signature of Stripe's webhooks: `Stripe-Signature: t=1700000000,v1=…`, an HMAC-SHA256 over the time, a point
/// and the bytes of the body, with the whole secret as key.
///
/// Source: Stripe's documentation of webhook signatures. Times are refused beyond the tolerance in both directions.
public struct StripeSignature: Sendable, HidingSecrets {
    /// How many parts of the header are looked at.
    private static let maxParts = 16

    private let keys: MessageKeys

    /// Secrets that are in use, the old one too while a new one is taken into use.
    public init(secrets: [String]) {
        keys = MessageKeys(secrets.map { Array($0.utf8) })
    }

    /// Checks that a body was signed with one of the secrets, and lately.
    /// - Throws: ``PaymentProblem`` with ``PaymentProblem/Code/badSignature``.
    public func verify(_ body: [UInt8], header: String?, at now: Timestamp) throws(PaymentProblem) {
        guard let header else { throw PaymentProblem(.badSignature, "The message has no signature.") }
        var time: Int64?
        var signatures: [[UInt8]] = []
        for part in header.split(separator: ",", maxSplits: StripeSignature.maxParts)
            .prefix(StripeSignature.maxParts)
        {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { continue }
            let value = pair[1].trimmingPrefix(while: \.isWhitespace)
            switch pair[0].trimmingPrefix(while: \.isWhitespace) {
            case "t": time = Int64(value)
            case "v1" where signatures.count < MessageKeys.maxSignatures:
                if let bytes = StripeSignature.bytes(ofHexadecimal: value) { signatures.append(bytes) }
            default: continue
            }
        }
        guard let time, !signatures.isEmpty else {
            throw PaymentProblem(.badSignature, "The signature has no time, or no v1.")
        }
        try MessageKeys.require(signedAt: time, near: now)
        try keys.require(signatures, of: Array("\(time).".utf8) + body)
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
