/// Every reason to refuse a command, in order of precedence. When several apply, the first one is reported.
public enum Rejection: Error, Hashable, Sendable {
    /// The key was already used for a different request.
    case idempotencyKeyReused(IdempotencyKey)
    /// There is no such account.
    case accountNotFound(AccountID)
    /// The account was erased. It accepts no new names and texts, and nothing can be taken or reserved.
    case accountErased(AccountID)
    /// The account cannot be erased yet, because something is still open.
    case accountNotSettled([Obligation])
    /// A field breaks a rule.
    case invalid(field: String, rule: String)
    /// A text is longer than it may be.
    case tooLong(field: String, bytes: Int)
    /// The metadata is larger or deeper than it may be.
    case metadataTooLarge
    /// An amount does not fit.
    case amountOutOfRange(field: String)
    /// The catalog has no such credit type.
    case unknownCreditType(CreditTypeID)
    /// The catalog has no such plan.
    case unknownPlan(PlanID)
    /// The catalog has no such action.
    case unknownAction(ActionID)
    /// The model has no known price, and the catalog refuses such usage.
    case unknownModel(provider: String?, model: String)
    /// The provider did not send final counts, and the catalog refuses such usage.
    case usageNotFinal
    /// The account's journal has no such entry.
    case entryNotFound
    /// The entry is not a charge.
    case notRefundable(EntryKind)
    /// The refund is larger than what is left of the charge; `refundable` is what is left.
    case refundExceedsCharge(refundable: Credits)
    /// The account has no such grant.
    case grantNotFound
    /// Nothing is left of the grant.
    case grantClosed
    /// The account has no such hold.
    case holdNotFound
    /// The hold was closed before.
    case holdClosed(HoldStatus)
    /// The account has as many open grants as it may.
    case tooManyOpenGrants(limit: Int)
    /// The account has as many open holds as it may.
    case tooManyOpenHolds(limit: Int)
    /// The catalog version that decides is damaged: what was read is not what was written.
    case catalogDamaged(version: Int64)
    /// The price book that decides is damaged: what was read is not what was written.
    case priceBookDamaged(version: Int64)
    /// The price book that decides is not in memory. It is fetched, and the command is decided again.
    case priceBookAway(version: Int64)
    /// The account is suspended: nothing may be taken or reserved.
    case accountSuspended(AccountID)
    /// The catalog in force does not have the account's plan. An operator must move the account to another plan.
    case planUnavailable(PlanID)
    /// The plan does not allow the action.
    case notEntitled(action: ActionID, plan: PlanID, planName: String)
    /// The balance is too low.
    case insufficientCredits(Shortfall)

    /// The kinds of refusals; their raw values are the stable codes that outside programs see.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case idempotencyKeyReused = "idempotency_key_reused"
        case accountNotFound = "account_not_found"
        case accountErased = "account_erased"
        case accountNotSettled = "account_not_settled"
        case invalidRequest = "invalid_request"
        case metadataTooLarge = "metadata_too_large"
        case amountOutOfRange = "amount_out_of_range"
        case unknownCreditType = "unknown_credit_type"
        case unknownPlan = "unknown_plan"
        case unknownAction = "unknown_action"
        case unknownModel = "unknown_model"
        case usageNotFinal = "usage_not_final"
        case entryNotFound = "entry_not_found"
        case notRefundable = "not_refundable"
        case refundExceedsCharge = "refund_exceeds_charge"
        case grantNotFound = "grant_not_found"
        case grantClosed = "grant_closed"
        case holdNotFound = "hold_not_found"
        case holdClosed = "hold_closed"
        case tooManyOpenGrants = "too_many_open_grants"
        case tooManyOpenHolds = "too_many_open_holds"
        case catalogDamaged = "catalog_damaged"
        case priceBookDamaged = "price_book_damaged"
        case accountSuspended = "account_suspended"
        case planUnavailable = "plan_unavailable"
        case notEntitled = "not_entitled"
        case insufficientCredits = "insufficient_credits"
    }

    /// What a caller needs to know when there are not enough credits.
    public struct Shortfall: Hashable, Sendable {
        /// Which credits.
        public var creditType: CreditTypeID
        /// How much was needed.
        public var required: Credits
        /// How much could have been taken.
        public var available: Credits
        /// When the allowance renews.
        public var resetsAt: Timestamp?
        /// How far into debt the plan lets the account go, if at all.
        public var overageLimit: Credits?
    }
}

extension Rejection {
    /// The stable code that outside programs see.
    public var code: String { kind.rawValue }

    /// The kind of refusal, without its details.
    public var kind: Kind {
        switch self {
        case .idempotencyKeyReused: .idempotencyKeyReused
        case .accountNotFound: .accountNotFound
        case .accountErased: .accountErased
        case .accountNotSettled: .accountNotSettled
        case .invalid, .tooLong: .invalidRequest
        case .metadataTooLarge: .metadataTooLarge
        case .amountOutOfRange: .amountOutOfRange
        case .unknownCreditType: .unknownCreditType
        case .unknownPlan: .unknownPlan
        case .unknownAction: .unknownAction
        case .unknownModel: .unknownModel
        case .usageNotFinal: .usageNotFinal
        case .entryNotFound: .entryNotFound
        case .notRefundable: .notRefundable
        case .refundExceedsCharge: .refundExceedsCharge
        case .grantNotFound: .grantNotFound
        case .grantClosed: .grantClosed
        case .holdNotFound: .holdNotFound
        case .holdClosed: .holdClosed
        case .tooManyOpenGrants: .tooManyOpenGrants
        case .tooManyOpenHolds: .tooManyOpenHolds
        case .catalogDamaged: .catalogDamaged
        case .priceBookDamaged, .priceBookAway: .priceBookDamaged
        case .accountSuspended: .accountSuspended
        case .planUnavailable: .planUnavailable
        case .notEntitled: .notEntitled
        case .insufficientCredits: .insufficientCredits
        }
    }

    /// Whether observe mode lets the command through and only reports what would have been refused.
    public var isLiftedByObserveMode: Bool {
        switch self {
        case .planUnavailable, .notEntitled, .insufficientCredits: true
        default: false
        }
    }
}

extension Rejection.Kind {
    /// Whether a valid request was refused because of a limit or a plan.
    public var isDenial: Bool {
        switch self {
        case .notEntitled, .insufficientCredits, .tooManyOpenHolds, .accountSuspended: true
        default: false
        }
    }
}

extension Rejection: CustomStringConvertible {
    /// A sentence for people.
    public var description: String {
        switch self {
        case .idempotencyKeyReused(let key): "The idempotency key '\(key)' was used before for another request."
        case .accountNotFound(let id): "There is no account '\(id)'."
        case .accountErased(let id): "The account '\(id)' was erased."
        case .accountNotSettled(let obligations):
            "The account cannot be erased yet: \(obligations.map(\.description).joined(separator: "; "))."
        case .invalid(let field, let rule): "'\(field)' \(rule)."
        case .tooLong(let field, let bytes): "'\(field)' may have at most \(bytes) bytes."
        case .metadataTooLarge:
            "'metadata' may have at most \(Limits.metadataBytes) bytes and \(Limits.metadataDepth) levels."
        case .amountOutOfRange(let field): "'\(field)' leads to an amount beyond what can be kept."
        case .unknownCreditType(let id): "The catalog has no credit type '\(id)'."
        case .unknownPlan(let id): "The catalog has no plan '\(id)'."
        case .unknownAction(let id): "The catalog has no action '\(id)'."
        case .unknownModel(let provider, let model):
            "No price is known for the model '\(model)'\(provider.map { " of '\($0)'" } ?? "")."
        case .usageNotFinal:
            "The provider's answer broke off before it reported its final usage, so the counts so far cannot be billed."
        case .entryNotFound: "The account has no such entry."
        case .notRefundable(let kind): "An entry of kind '\(kind.rawValue)' cannot be refunded; only charges can."
        case .refundExceedsCharge(let refundable): "At most \(refundable) of this charge can still be refunded."
        case .grantNotFound: "The account has no such grant."
        case .grantClosed: "Nothing is left of this grant."
        case .holdNotFound: "The account has no such hold."
        case .holdClosed(let status): "The hold is already \(status.rawValue)."
        case .tooManyOpenGrants(let limit): "The account has \(limit) open grants, the most it may have."
        case .tooManyOpenHolds(let limit): "The account has \(limit) open holds, the most it may have."
        case .catalogDamaged(let version):
            "Version \(version) of the catalog is damaged in the database, so it cannot be used."
        case .priceBookAway(let version): "The price book of version \(version) of the catalog cannot be read."
        case .priceBookDamaged(let version):
            "The price book of version \(version) of the catalog is damaged in the database, so it cannot be used."
        case .accountSuspended(let id): "The account '\(id)' is suspended."
        case .planUnavailable(let id): "The account's plan '\(id)' is not in the catalog in force."
        case .notEntitled(_, _, let planName): "Not available on \(planName) plan."
        case .insufficientCredits(let shortfall):
            "Needs \(shortfall.required.text(of: shortfall.creditType)), \(shortfall.available) available."
        }
    }
}
