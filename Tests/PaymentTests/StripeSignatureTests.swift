import ScripCore
import ScripPayments
import ScripEngine
import Testing

/// The vector was made with PyPI stripe 16.1.0: `WebhookSignature.generate_signature_header`.
@Suite(.timeLimit(.minutes(15))) struct StripeSignatureTests {
    private let body = Array(#"{"id":"evt_1","object":"event"}"#.utf8)
    private let now = Timestamp(seconds: 1_700_000_000)

    private func refusal(_ header: String?, secrets: [String] = ["whsec_one"], at time: Timestamp? = nil) -> String? {
        do {
            try StripeSignature(secrets: secrets).verify(body, header: header, at: time ?? now)
            return nil
        } catch {
            #expect(error.code == .badSignature)
            return error.description
        }
    }

    private var genuine: String { "t=1700000000,v1=fe79aee1a002fffa0e48e9e0419752a55f344c646cc7cba408ff68411d3d7a4e" }

    @Test func `a genuine signature is accepted, with any of the secrets and beside others`() {
        #expect(refusal(genuine) == nil)
        #expect(refusal(genuine, secrets: ["whsec_new", "whsec_one"]) == nil)
        let other = String(repeating: "0", count: 64)
        #expect(refusal("t=1700000000,v1=\(other),v0=x," + genuine.dropFirst(13)) == nil)
        #expect(refusal(genuine, at: now.adding(seconds: 300)) == nil)
        #expect(refusal(genuine, at: now.adding(seconds: -300)) == nil)
    }

    @Test func `forged, stale, future and malformed signatures are refused`() {
        #expect(refusal(nil) == "The message has no signature.")
        for header in ["", "t=1", "v1=00", "t=,v1=", "t=1700000000,v1=zz", "t=x,\(genuine.dropFirst(13))", "=,=,="] {
            #expect(refusal(header) == "The signature has no time, or no v1.", "\(header)")
        }
        #expect(refusal(genuine, secrets: []) != nil)
        #expect(refusal(genuine, secrets: ["whsec_two"]) == "The signature fits none of the secrets.")
        #expect(refusal("t=1700000001," + genuine.dropFirst(13)) == "The signature fits none of the secrets.")
        #expect(refusal(genuine, at: now.adding(seconds: 301)) != nil)
        #expect(refusal(genuine, at: now.adding(seconds: -301)) != nil)
    }

    @Test func `no more signatures are looked at than Stripe sends`() {
        let signature = genuine.dropFirst(13)
        let others = Array(repeating: "v1=\(String(repeating: "0", count: 64))", count: 3).joined(separator: ",")
        #expect(refusal("t=1700000000,\(others),\(signature)") == nil)
        #expect(
            refusal("t=1700000000,\(others),\(others),\(signature)") == "The signature fits none of the secrets.")
        let parts = Array(repeating: "v0=x", count: 100).joined(separator: ",")
        #expect(refusal("t=1700000000,\(parts),\(signature)") == "The signature has no time, or no v1.")
    }

    @Test func `a message that is too old is refused before its bytes are read`() {
        #expect(
            refusal("t=1600000000," + genuine.dropFirst(13)) == "The message was signed too long ago, or in the future."
        )
    }

    @Test func `an empty secret is none, as everybody could sign with it`() {
        // Made with Python's hmac and an empty key.
        let forged = "t=1700000000,v1=0d17fe88d3c7334149a7322db918de47cc9f5bd15de2bd0a2de56250f2ed247b"
        #expect(refusal(forged, secrets: [""]) == "The signature fits none of the secrets.")
    }
}
