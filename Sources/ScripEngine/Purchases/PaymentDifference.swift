import ScripCore

/// In what a payment differs from what was to be paid. The raw values are stable codes.
public enum PaymentDifference: String, Sendable, Hashable, CaseIterable {
    /// Another amount was paid, or different ones were told.
    case amount = "payment_amount_differs"
    /// It was paid in another currency.
    case currency = "payment_currency_differs"
    /// Nobody said how much was paid.
    case unknownAmount = "payment_amount_unknown"
    /// The provider's objects disagree on whether it was paid.
    case status = "payment_status_differs"
    /// Money went back in another currency, or in another amount than was asked for.
    case moneyBack = "payment_refund_differs"
    /// The payment was made for, or pays already, another purchase.
    case otherPurchase = "payment_of_another_purchase"
}

extension PaymentFacts {
    /// What was told of the payment, in one text, so that a person's acceptance is of just that.
    public var statement: String {
        func text(_ price: Price?) -> String { price.map { "\($0.minorUnits) \($0.currency)" } ?? "-" }
        return "\(text(leastPaid))/\(text(paid))/\(contradiction ?? "-")"
    }
}

extension Purchase {
    /// In what the payment differs from the price, unless a person accepted it as it is.
    public var difference: PaymentDifference? {
        if acceptedPayment == facts.statement { return nil }
        if let contradiction = facts.contradiction { return PaymentDifference(rawValue: contradiction) ?? .status }
        if facts.stage != .paid { return nil }
        guard let paid = facts.paid, let least = facts.leastPaid else { return .unknownAmount }
        for told in [paid, least] where told.currency.lowercased() != price.currency.lowercased() { return .currency }
        return paid.minorUnits == price.minorUnits && least.minorUnits == price.minorUnits ? nil : .amount
    }
}
