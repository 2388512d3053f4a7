import ScripEngine

/// How refusals of purchases and problems of payment providers look to callers.
extension Problem {
    static func refused(_ refusal: PurchaseRefusal) -> Problem {
        switch refusal {
        case .unknownPack(let pack):
            Problem(422, .unknownPack, "Unknown pack", "The catalog has no pack '\(pack)'.")
        case .notFound:
            Problem(404, .purchaseNotFound, "No such purchase", "The account has no purchase with this id.")
        case .demoAccount:
            Problem(
                422, .demoAccount, "Demo account", "A demo account cannot buy anything.")
        case .wrongStatus(let status):
            Problem(
                409, .purchaseStatus, "Not possible now",
                "The purchase is \(status.rawValue), or only its provider can decide this.")
        case .refundExceedsPayment(let refundable):
            Problem(
                422, .refundExceedsPayment, "Refund exceeds the payment",
                "At most \(refundable) minor units can be refunded.")
        }
    }

    static func payment(_ problem: PaymentProblem) -> Problem {
        switch problem.code {
        case .notConfigured:
            Problem(422, .paymentProviderUnknown, "No such payment provider", problem.description)
        case .unsupported: Problem(422, .paymentUnsupported, "Not offered", problem.description)
        case .unreachable:
            Problem(
                503, .paymentProviderUnavailable, "Payment provider does not answer", problem.description,
                retry: .after(seconds: 5))
        case .refused: Problem(422, .paymentRefused, "Payment provider refuses", problem.description)
        case .declined: Problem(422, .paymentDeclined, "Payment declined", problem.description)
        case .noPaymentMethod:
            Problem(422, .noPaymentMethod, "No payment method", problem.description)
        case .badSignature: Problem(400, .badSignature, "Bad signature", problem.description)
        case .malformed:
            Problem(400, .paymentMessageMalformed, "Message not understood", problem.description)
        }
    }
}
