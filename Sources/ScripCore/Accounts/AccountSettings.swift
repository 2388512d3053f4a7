/// The settings that decide how an account is charged. Names and addresses of people are kept outside the journal.
public struct AccountSettings: Hashable, Sendable {
    /// Who holds the balances.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// One person.
        case user
        /// Several people who share.
        case organization
    }

    /// Whether refusals are carried out.
    public enum Enforcement: String, Hashable, Sendable, CaseIterable {
        /// Refusals are carried out.
        case enforce
        /// No entitlement or balance leads to a refusal. The answer says what would have been refused.
        case observe
    }

    /// Who holds the balances.
    public var kind: Kind
    /// Demo accounts are never charged and leave no usage events.
    public var isDemo: Bool
    /// Whose clocks decide when a period starts.
    public var timeZone: TimeZoneRules
    /// The moment from which periods are counted.
    public var anchor: Timestamp
    /// Whether refusals are carried out.
    public var enforcement: Enforcement
    /// No credits may be taken or reserved. Usage that happened is still recorded.
    public var isSuspended: Bool
    /// Names and texts of the account were erased, and it accepts no new ones.
    public var isErased: Bool

    /// Makes settings; the defaults are those of a new account.
    public init(
        kind: Kind = .user, isDemo: Bool = false, timeZone: TimeZoneRules = .utc, anchor: Timestamp,
        enforcement: Enforcement = .enforce, isSuspended: Bool = false, isErased: Bool = false
    ) {
        self.kind = kind
        self.isDemo = isDemo
        self.timeZone = timeZone
        self.anchor = anchor
        self.enforcement = enforcement
        self.isSuspended = isSuspended
        self.isErased = isErased
    }
}

/// Settings to give an account; an absent one keeps its value, or the default for a new account.
public struct AccountChange: Hashable, Sendable {
    /// Who holds the balances.
    public var kind: AccountSettings.Kind?
    /// Whether it is a demo account.
    public var isDemo: Bool?
    /// Whose clocks decide; takes effect at the next period.
    public var timeZone: TimeZoneRules?
    /// From when periods are counted; takes effect at the next period.
    public var anchor: Timestamp?
    /// Whether refusals are carried out.
    public var enforcement: AccountSettings.Enforcement?
    /// Whether charges and holds are refused.
    public var isSuspended: Bool?
    /// The plan to be on.
    public var plan: PlanID?

    /// Makes a change that keeps all settings.
    public init() {}

    /// The settings after this change.
    func applied(to settings: AccountSettings) -> AccountSettings {
        AccountSettings(
            kind: kind ?? settings.kind, isDemo: isDemo ?? settings.isDemo, timeZone: timeZone ?? settings.timeZone,
            anchor: anchor ?? settings.anchor, enforcement: enforcement ?? settings.enforcement,
            isSuspended: isSuspended ?? settings.isSuspended, isErased: settings.isErased
        )
    }
}
