import Foundation
import ScripCore
import ScripEngine

/// The signature of webhooks by the Standard Webhooks specification 1.0: `webhook-signature: v1,…`, an HMAC-SHA256 in
/// base64 over the message's id, its time and its body, joined by points.
///
/// Source: github.com/standard-webhooks/standard-webhooks, `spec/standard-webhooks.md`. Times are refused beyond the
/// tolerance in both directions.
public struct StandardWebhookSignature: Sendable, HidingSecrets {
    /// The headers that carry it, in lower case.
    public static let headers = ["webhook-id", "webhook-timestamp", "webhook-signature"]

    private let keys: MessageKeys

    /// Secrets that are in use, the old one too while a new one is taken into use.
    ///
    /// A secret is the key in base64, with `whsec_` in front of it or not; some services sign with its text as it is
    /// shown. Both are tried: whoever knows one of them knows the other.
    public init(secrets: [String]) {
        keys = MessageKeys(
            secrets.flatMap { secret in
                let shown = [Array(secret.utf8)]
                let text = secret.hasPrefix("whsec_") ? String(secret.dropFirst(6)) : secret
                let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
                guard let decoded = Data(base64Encoded: text + padding), decoded.count >= 16 else { return shown }
                return shown + [Array(decoded)]
            })
    }

    /// Checks that a body was signed with one of the secrets, and lately.
    /// - Parameter headers: those of the message, by names in lower case.
    /// - Returns: the message's id.
    /// - Throws: ``PaymentProblem`` with ``PaymentProblem/Code/badSignature``.
    public func verify(
        _ body: [UInt8], headers: [String: String], at now: Timestamp
    ) throws(PaymentProblem) -> String {
        guard let id = headers["webhook-id"], !id.isEmpty, id.utf8.count <= 255,
            let time = headers["webhook-timestamp"].flatMap({ Int64($0) }),
            let signatures = headers["webhook-signature"]
        else { throw PaymentProblem(.badSignature, "The message has no id, no time, or no signature.") }
        try MessageKeys.require(signedAt: time, near: now)
        let codes = signatures.split(separator: " ").filter { $0.hasPrefix("v1,") }.prefix(MessageKeys.maxSignatures)
            .compactMap { Data(base64Encoded: String($0.dropFirst(3))).map { Array($0) } }
        try keys.require(codes, of: Array("\(id).\(time).".utf8) + body)
        return id
    }
}
