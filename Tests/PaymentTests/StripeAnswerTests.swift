import ScripCore
import ScripJSON
import Testing

@testable import ScripPayments

@Suite(.timeLimit(.minutes(15))) struct StripeAnswerTests {
    @Test(arguments: [
        ("1700000000", 1_700_000_000), ("253402300799", 253_402_300_799), ("253402300800", nil), ("-1", nil),
        ("9223372036854775807", nil), ("-9223372036854775808", nil), ("1.5", nil),
    ])
    func `a moment that no calendar has is none`(number: String, seconds: Int64?) {
        #expect(StripeObjects.time(.number(number)) == seconds.map { Timestamp(seconds: $0) })
    }

    @Test(arguments: [
        ("2", 2_000), ("0", 0), ("-5", 0), ("9223372036854775807", 30_000), ("Wed, 21 Oct 2026 07:28:00 GMT", nil),
        (nil, nil),
    ])
    func `whatever an answer asks, no request waits for more than half a minute`(header: String?, wait: Int64?) {
        #expect(ServiceConnection.waitMilliseconds(retryAfter: header) == wait)
    }
}
