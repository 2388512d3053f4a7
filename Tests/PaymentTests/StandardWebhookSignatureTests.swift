import ScripCore
import ScripEngine
import Testing

@testable import ScripPayments

/// The first vector is the one that the Standard Webhooks libraries publish (`spec` and PyPI standardwebhooks 1.1.0);
/// the second signs the same message with a secret's text as it is shown, as Polar does.
@Suite(.timeLimit(.minutes(15))) struct StandardWebhookSignatureTests {
    private let body = Array(#"{"test": 2432232314}"#.utf8)
    private let now = Timestamp(seconds: 1_614_265_330)
    private let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    private let shown = "polar_whs_ovyN6cPrTv56AApvzCaJno08SSmGJmgbWilb33N2JuK"
    private let code = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    private let shownCode = "v1,ONy+WvOUVFIMxXanvqRZ+tuaeKQgEg73jXXuNs3phOw="

    private func headers(
        _ signature: String?, time: String? = "1614265330", id: String? = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    )
        -> [String: String]
    {
        var headers: [String: String] = [:]
        headers["webhook-id"] = id
        headers["webhook-timestamp"] = time
        headers["webhook-signature"] = signature
        return headers
    }

    private func isGenuine(
        _ headers: [String: String], secrets: [String]? = nil, at time: Timestamp? = nil, body: [UInt8]? = nil
    ) -> Bool {
        do {
            let signature = StandardWebhookSignature(secrets: secrets ?? [secret])
            return try signature.verify(body ?? self.body, headers: headers, at: time ?? now) == headers["webhook-id"]
        } catch {
            #expect(error.code == .badSignature)
            return false
        }
    }

    @Test func `the published vector is genuine, with any of the secrets and beside other signatures`() {
        #expect(isGenuine(headers(code)))
        #expect(isGenuine(headers(code), secrets: ["whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAA", secret]))
        #expect(isGenuine(headers("v1,AAAA v2,xyz \(code)")))
        #expect(isGenuine(headers(shownCode), secrets: [shown]))
        for seconds: Int64 in [300, -300] { #expect(isGenuine(headers(code), at: now.adding(seconds: seconds))) }
    }

    @Test func `what is forged, stale or not whole is refused`() {
        #expect(!isGenuine(headers(code), secrets: []))
        #expect(!isGenuine(headers(code), secrets: [shown]))
        #expect(!isGenuine(headers(shownCode)))
        #expect(!isGenuine(headers(code), body: Array(#"{"test": 2432232315}"#.utf8)))
        #expect(!isGenuine(headers(code, id: "msg_other")))
        #expect(!isGenuine(headers(code, time: "1614265331")))
        for seconds: Int64 in [301, -301] { #expect(!isGenuine(headers(code), at: now.adding(seconds: seconds))) }
        for signature in [nil, "", "v1", "v1,", "v2," + code.dropFirst(3), String(code.dropFirst(3)), "v1,%%%"] {
            #expect(!isGenuine(headers(signature)), "\(signature ?? "-")")
        }
        for time in [nil, "", "x", "1614265330.5", "9223372036854775807", "-9223372036854775808", "1e9"] {
            #expect(!isGenuine(headers(code, time: time)), "\(time ?? "-")")
        }
        for id in [nil, "", String(repeating: "x", count: 256)] { #expect(!isGenuine(headers(code, id: id))) }
        let (three, four) = ("v1,AAAA v1,AAAA v1,AAAA", "v1,AAAA v1,AAAA v1,AAAA v1,AAAA")
        #expect(isGenuine(headers("\(three) \(code)")))
        #expect(!isGenuine(headers("\(four) \(code)")))
    }

    @Test func `a message that is too old is refused before its signatures and bytes are read`() {
        do {
            _ = try StandardWebhookSignature(secrets: [secret]).verify(
                body, headers: headers("v1,%%%"), at: now.adding(seconds: 301))
            Issue.record("it was taken")
        } catch { #expect(error.description == "The message was signed too long ago, or in the future.") }
    }

    @Test func `an empty secret is none, as everybody could sign with it`() {
        // Made with Python's hmac and an empty key.
        #expect(!isGenuine(headers("v1,woH/1mJtZGSMCmpFTxRYbStS24eLLD/oXIYr4PYyZ7g="), secrets: [""]))
    }
}
