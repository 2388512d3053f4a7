import ScripCore
import ScripJSON

/// How the ledger's rejections look to callers.
extension Problem {
    /// The status of a refusal for lack of credits, unless a server or a caller wants another.
    public static let insufficientCreditsStatus = 429

    static func refused(_ rejection: Rejection) -> Problem {
        let detail = rejection.description
        switch rejection {
        case .insufficientCredits(let shortfall):
            return insufficient(shortfall, detail: detail)
        case .invalid(let field, let rule):
            let issue = ValidationError.Issue(pointer: "#/" + field.replacing(".", with: "/"), detail: rule)
            return Problem(400, rejection.kind, "Invalid request", detail, issues: [issue])
        case .tooLong(let field, let bytes):
            let issue = ValidationError.Issue(pointer: "#/\(field)", detail: "may have at most \(bytes) bytes")
            return Problem(400, rejection.kind, "Invalid request", detail, issues: [issue])
        case .unknownModel(_, let model):
            return Problem(
                status(of: rejection), rejection.kind, title(of: rejection), detail,
                members: [.init(name: "model", value: .string(model))]
            )
        case .refundExceedsCharge(let refundable):
            return Problem(
                status(of: rejection), rejection.kind, title(of: rejection), detail,
                members: [.init(name: "refundable", value: .string(refundable.description))]
            )
        case .accountNotSettled(let obligations):
            return Problem(
                status(of: rejection), rejection.kind, title(of: rejection), detail,
                members: [.init(name: "open", value: .array(obligations.map { .string($0.description) }))]
            )
        case .holdClosed(let status):
            return Problem(
                self.status(of: rejection), rejection.kind, title(of: rejection), detail,
                members: [.init(name: "hold_status", value: .string(status.rawValue))]
            )
        default:
            return Problem(status(of: rejection), rejection.kind, title(of: rejection), detail)
        }
    }

    private static func status(of rejection: Rejection) -> Int {
        switch rejection {
        case .accountNotFound, .entryNotFound, .grantNotFound, .holdNotFound: 404
        case .invalid, .tooLong, .metadataTooLarge: 400
        case .notEntitled, .planUnavailable, .accountSuspended: 403
        case .accountErased, .accountNotSettled, .holdClosed, .grantClosed, .tooManyOpenGrants, .tooManyOpenHolds: 409
        case .insufficientCredits: insufficientCreditsStatus
        case .catalogDamaged, .priceBookDamaged, .priceBookAway: 503
        case .idempotencyKeyReused, .amountOutOfRange, .unknownCreditType, .unknownPlan, .unknownAction,
            .unknownModel, .usageNotFinal, .notRefundable, .refundExceedsCharge:
            422
        }
    }

    static func title(of rejection: Rejection) -> String {
        switch rejection {
        case .idempotencyKeyReused: "Idempotency key used for another request"
        case .accountNotFound: "No such account"
        case .accountErased: "Account erased"
        case .accountNotSettled: "Account not settled"
        case .accountSuspended: "Account suspended"
        case .invalid, .tooLong: "Invalid request"
        case .metadataTooLarge: "Metadata too large"
        case .amountOutOfRange: "Amount out of range"
        case .unknownCreditType: "Unknown credit type"
        case .unknownPlan: "Unknown plan"
        case .unknownAction: "Unknown action"
        case .unknownModel: "Unknown model"
        case .usageNotFinal: "Usage not final"
        case .entryNotFound: "No such entry"
        case .notRefundable: "Not refundable"
        case .refundExceedsCharge: "Refund exceeds the charge"
        case .grantNotFound: "No such grant"
        case .grantClosed: "Nothing left of the grant"
        case .holdNotFound: "No such hold"
        case .holdClosed: "Hold already closed"
        case .tooManyOpenGrants: "Too many open grants"
        case .catalogDamaged: "Catalog damaged"
        case .priceBookDamaged, .priceBookAway: "Price book damaged"
        case .tooManyOpenHolds: "Too many open holds"
        case .notEntitled: "Not available on this plan"
        case .planUnavailable: "Plan not available"
        case .insufficientCredits: "Insufficient credits"
        }
    }

    private static func insufficient(
        _ shortfall: Rejection.Shortfall, detail: String
    ) -> Problem {
        var members: [JSONObject.Member] = [
            .init(name: "credit_type", value: .string(shortfall.creditType.rawValue)),
            .init(name: "required", value: .string(shortfall.required.description)),
            .init(name: "available", value: .string(shortfall.available.description)),
            .init(name: "resets_at", value: shortfall.resetsAt.map { .string($0.text) } ?? .null),
            .init(name: "limit_source", value: .string(shortfall.overageLimit == nil ? "balance" : "overage_limit")),
        ]
        if let limit = shortfall.overageLimit {
            members.append(.init(name: "overage_limit", value: .string(limit.description)))
        }
        let compatible = JSONObject([
            .init(name: "type", value: .string("insufficient_quota")),
            .init(name: "code", value: .string(Rejection.Kind.insufficientCredits.rawValue)),
            .init(name: "message", value: .string(detail)), .init(name: "param", value: .null),
        ])
        members.append(.init(name: "error", value: .object(compatible)))
        return Problem(
            insufficientCreditsStatus, .insufficientCredits, "Insufficient credits", detail, members: members,
            retry: .never)
    }
}
