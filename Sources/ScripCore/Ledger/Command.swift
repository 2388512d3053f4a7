/// A request to change one account.
public struct Command: Hashable, Sendable {
    /// Which account.
    public var account: AccountID
    /// What.
    public var intent: Intent
    /// Who wants it and by what name.
    public var origin: Origin

    /// Makes a command for an account.
    public init(account: AccountID, intent: Intent, origin: Origin = Origin()) {
        self.account = account
        self.intent = intent
        self.origin = origin
    }
}

/// Who gave a command, and the key that makes it happen only once.
public struct Origin: Hashable, Sendable {
    /// A key's id, a job, the command line.
    public var actor: String?
    /// The caller's name for the intent.
    public var idempotencyKey: IdempotencyKey?
    /// The digest of the whole request as it came, to recognise another request under the same name.
    public var requestDigest: Digest?
    /// The digest of the request's meaning, if other spellings of it count as the same; see ``Command/meaning(in:)``.
    public var meaningDigest: Digest?
    /// Whether other spellings of the request count as the same, so that ``meaningDigest`` must be computed.
    public var comparesMeaning = false
    /// Other parts of the request that the intent does not contain, as JSON.
    public var besides: String?
    /// Who stands behind the actor, and from where; for the audit log.
    public var caller: Caller
    /// The reason, if the intent itself has none.
    public var reason: String?

    /// Makes an origin from what is known about the caller.
    public init(
        actor: String? = nil, idempotencyKey: IdempotencyKey? = nil, requestDigest: Digest? = nil,
        caller: Caller = Caller(), reason: String? = nil
    ) {
        self.actor = actor
        self.idempotencyKey = idempotencyKey
        self.requestDigest = requestDigest
        self.caller = caller
        self.reason = reason
    }

    func sign(_ entry: inout Entry) {
        entry.actor = actor
        if entry.reason == nil { entry.reason = reason }
        entry.idempotencyKey = idempotencyKey
        entry.requestDigest = requestDigest
        entry.meaningDigest = meaningDigest
    }
}

/// What a command does.
public enum Intent: Hashable, Sendable {
    /// Opens the account, or changes its settings.
    case putAccount(AccountChange)
    /// Gives credits.
    case grant(GrantOrder)
    /// Takes back what is left of a grant.
    case voidGrant(GrantID, reason: String?)
    /// Takes back the credits of certain grants, because their payment was refunded.
    case takeBack(TakeBackOrder)
    /// Takes credits for usage, refused when they do not suffice.
    case charge(Usage)
    /// Records usage that already happened: never refused for lack of credits or entitlement.
    case track(Usage)
    /// Reserves credits for work in flight.
    case hold(Usage, seconds: Int64)
    /// Captures a hold: charges the true amount.
    case capture(HoldID, CaptureOrder)
    /// Closes a hold unused.
    case release(HoldID)
    /// Moves a hold's end to so many seconds from now.
    case extend(HoldID, seconds: Int64)
    /// Gives back a charge, whole or in part.
    case refund(EntryID, amount: Credits?, reason: String?)
    /// Adds or takes credits by hand.
    case adjust(CreditTypeID, amount: Credits, reason: String)
    /// Charges for usage that was recorded before its model had a price.
    case rateLater(EntryID)
    /// Changes the plan.
    case subscribe(SubscriptionOrder)
    /// Takes one step in the life of a subscription, such as a renewal.
    case subscription(SubscriptionVerb)

    /// Whether an entry of a kind can be the answer to such a command.
    public func mayHave(written kind: EntryKind) -> Bool {
        switch self {
        case .putAccount: kind == .account || kind == .noted
        case .grant: kind == .grant || kind == .grantScheduled
        case .voidGrant: kind == .grantVoided
        case .charge, .track, .rateLater: kind == .charge
        case .hold: kind == .hold
        case .capture: kind == .capture
        case .release: kind == .release
        case .extend: kind == .holdExtended
        case .refund: kind == .refund
        case .adjust: kind == .adjustment
        case .takeBack: [.grantVoided, .adjustment, .noted].contains(kind)
        case .subscription(.initialize): kind == .account || kind == .noted
        case .subscribe, .subscription:
            [.subscription, .allowance, .grant, .grantScheduled, .grantVoided, .noted].contains(kind)
        }
    }
}

/// Credits to give.
public struct GrantOrder: Hashable, Sendable {
    /// Which credits.
    public var creditType: CreditTypeID
    /// How many.
    public var amount: Credits
    /// Where they come from.
    public var source: GrantSource
    /// Which grant pays first; the source's default if absent.
    public var priority: Int32?
    /// From when; now if absent.
    public var effectiveAt: Timestamp?
    /// Until when; for ever if absent.
    public var expiresAt: Timestamp?
    /// Why.
    public var reason: String?
    /// The caller's own data, as compact JSON of an object.
    public var metadata: String?

    /// Credits to give.
    public init(creditType: CreditTypeID, amount: Credits, source: GrantSource) {
        self.creditType = creditType
        self.amount = amount
        self.source = source
    }
}

/// The true amount of a hold's work.
public struct CaptureOrder: Hashable, Sendable {
    /// What was used, to be rated; the hold's own action if it names none.
    public var usage: Usage?
    /// The amount outright. With neither, the whole hold is captured.
    public var amount: Credits?
    /// A sentence for people.
    public var description: String?
    /// The caller's own data, as compact JSON of an object.
    public var metadata: String?

    /// A capture of the whole hold.
    public init(amount: Credits? = nil, usage: Usage? = nil) {
        self.amount = amount
        self.usage = usage
    }
}

/// A plan to change to.
public struct SubscriptionOrder: Hashable, Sendable {
    /// When a change takes effect.
    public enum When: String, Hashable, Sendable, CaseIterable {
        /// At once.
        case now
        /// When the current period ends.
        case periodEnd = "period_end"
    }

    /// The plan.
    public var plan: PlanID?
    /// When. Default: at once for more, and at the period's end for less.
    public var when: When?
    /// When the subscription ends by itself.
    public var endsAt: Timestamp?
    /// The plan after that.
    public var fallbackPlan: PlanID?
    /// From when periods are counted; if absent, from the beginning where the plan has a price or the subscription an
    /// end, and as before otherwise.
    public var anchor: Subscription.Anchor?
    /// Until when it is on trial.
    public var trialEndsAt: Timestamp?
    /// The number of seats. Default: unchanged on the same plan, and one on another.
    public var quantity: Int64?

    /// A plan to change to.
    public init(
        plan: PlanID?, when: When? = nil, endsAt: Timestamp? = nil, fallbackPlan: PlanID? = nil,
        anchor: Subscription.Anchor? = nil
    ) {
        self.plan = plan
        self.when = when
        self.endsAt = endsAt
        self.fallbackPlan = fallbackPlan
        self.anchor = anchor
    }
}

/// Credits to take back, because their payment was refunded.
public struct TakeBackOrder: Hashable, Sendable {
    /// Which credits.
    public var creditType: CreditTypeID
    /// The grants the credits were given in.
    public var grants: [GrantID]
    /// How much at most.
    public var amount: Credits
    /// Whether credits that the grants no longer hold are taken from other grants, or become debt if there are none.
    public var allowsDebt: Bool
    /// Why.
    public var reason: String

    /// Makes an order to take credits back.
    public init(creditType: CreditTypeID, grants: [GrantID], amount: Credits, allowsDebt: Bool, reason: String) {
        self.creditType = creditType
        self.grants = grants
        self.amount = amount
        self.allowsDebt = allowsDebt
        self.reason = reason
    }
}
