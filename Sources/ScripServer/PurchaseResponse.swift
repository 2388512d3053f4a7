import ScripEngine

/// How refusals of purchases and problems of payment providers look to callers.
enum PurchaseResponse {
    static func problem(for refusal: PurchaseRefusal) -> ErrorResponse {
        switch refusal {
        case .unknownPack(let pack):
            ErrorResponse(422, .unknownPack, "Unknown pack", "The catalog has no pack '\(pack)'.")
        case .notFound:
            ErrorResponse(404, .purchaseNotFound, "No such purchase", "The account has no purchase with this id.")
        case .demoAccount:
            ErrorResponse(
                422, .demoAccount, "Account for demonstration", "An account for demonstration pays for nothing.")
        case .wrongStatus(let status):
            ErrorResponse(
                409, .purchaseStatus, "Not possible now",
                "The purchase is \(status.rawValue), or its provider decides this itself.")
        case .refundExceedsPayment(let refundable):
            ErrorResponse(
                422, .refundExceedsPayment, "Refund exceeds the payment",
                "At most \(refundable) minor units can be refunded.")
        }
    }

    static func problem(for problem: PaymentProblem) -> ErrorResponse {
        switch problem.code {
        case .notConfigured:
            ErrorResponse(422, .paymentProviderUnknown, "No such payment provider", problem.description)
        case .unsupported: ErrorResponse(422, .paymentUnsupported, "Not offered", problem.description)
        case .unreachable:
            ErrorResponse(
                503, .paymentProviderUnavailable, "Payment provider does not answer", problem.description
            ).with("Retry-After", "5")
        case .refused: ErrorResponse(422, .paymentRefused, "Payment provider refuses", problem.description)
        case .declined: ErrorResponse(422, .paymentDeclined, "Payment declined", problem.description)
        case .noPaymentMethod:
            ErrorResponse(422, .noPaymentMethod, "No payment method", problem.description)
        case .badSignature: ErrorResponse(400, .badSignature, "Bad signature", problem.description)
        case .malformed:
            ErrorResponse(400, .paymentMessageMalformed, "Message not understood", problem.description)
        }
    }
}
