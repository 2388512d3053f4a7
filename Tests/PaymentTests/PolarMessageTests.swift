import ScripCore
import ScripEngine
import ScripJSON
import Testing

@testable import ScripPayments

/// What Polar's messages are about, and how its subscriptions stand.
@Suite(.timeLimit(.minutes(15))) struct PolarMessageTests {
    private func subject(_ kind: String, _ data: String) throws -> PaymentEvent.Subject {
        PolarObjects.subject(of: kind, try JSONValue.parse(Array(data.utf8)))
    }

    @Test func `messages say where to look`() throws {
        #expect(try subject("checkout.updated", #"{"id":"c1"}"#) == .payment(["checkout_c1"]))
        #expect(
            try subject("order.paid", #"{"id":"o1","checkout_id":"c1","subscription_id":null}"#)
                == .payment(["order_o1", "checkout_c1"]))
        #expect(try subject("order.paid", #"{"id":"o1","subscription_id":"s1"}"#) == .subscription("s1"))
        #expect(try subject("refund.updated", #"{"id":"r1","order_id":"o1"}"#) == .payment(["order_o1"]))
        #expect(try subject("subscription.revoked", #"{"id":"s1"}"#) == .subscription("s1"))
        for kind in ["customer.created", "benefit.updated", "order", "order.paid", ""] {
            #expect(try subject(kind, "{}") == .nothing)
        }
    }

    private func subscription(_ status: String, _ more: String = "") throws -> PaymentSubscription? {
        let text = """
            {"id":"s1","status":"\(status)","created_at":"2026-03-01T10:00:00.5Z","customer_id":"cus_1",
            "product_id":"prod_pro","current_period_start":"2026-03-01T10:00:00Z",
            "current_period_end":"2026-04-01T10:00:00Z","customer":{"external_id":"ada"}\(more)}
            """
        return PolarObjects.subscription(try JSONValue.parse(Array(text.utf8)))
    }

    @Test(arguments: [
        ("active", PaymentSubscription.Standing.good, false), ("trialing", .good, false), ("past_due", .late, false),
        ("incomplete", .waiting, false), ("incomplete_expired", .over, true), ("canceled", .over, true),
        ("unpaid", .over, false), ("paused", .over, false), ("whatever comes next", .over, false),
    ])
    func `a subscription stands as its status says`(
        status: String, standing: PaymentSubscription.Standing, isFinal: Bool
    ) throws {
        let found = try #require(try subscription(status))
        #expect(found.standing == standing && found.isFinal == isFinal)
        #expect(found.account?.rawValue == "ada" && found.prices == ["prod_pro"] && found.customer == "cus_1")
        #expect(found.periodEnd == Timestamp(seconds: 1_775_037_600) && found.endsAt == nil)
    }

    @Test func `a decided end and a late payment have their times`() throws {
        let ending = try subscription("active", #","cancel_at_period_end":true"#)
        #expect(ending?.endsAt == Timestamp(seconds: 1_775_037_600))
        let late = try subscription("past_due", #","past_due_at":"2026-03-31T10:00:00Z""#)
        #expect(late?.lateSince == Timestamp(seconds: 1_774_951_200))
        #expect(try subscription("past_due")?.lateSince == Timestamp(seconds: 1_772_359_200))
    }
}
