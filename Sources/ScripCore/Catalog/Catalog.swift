/// One version of everything that is sold: credit types, plans, actions, packs.
///
/// A version is never edited, so that every old charge can still be explained.
public struct Catalog: Hashable, Sendable {
    /// The version's number, from 1.
    public var version: Int64
    /// From when the version is in force.
    public var effectiveAt: Timestamp
    /// The units of balance.
    public var creditTypes: [CreditTypeID: CreditType]
    /// The credit type to use if none is named: the first one in the document.
    public let defaultCreditType: CreditTypeID?
    /// The plan of accounts that choose none.
    public var defaultPlan: PlanID?
    /// What accounts can be on.
    public var plans: [PlanID: Plan]
    /// What can be charged.
    public var actions: [ActionID: Action]
    /// What can be bought.
    public var packs: [Pack]
    /// Which source pays first.
    public var burnOrder: [GrantSource]

    /// The catalog's own prices of models, which win over the book.
    public var models: PriceBook
    /// The prices of all other models.
    public var book: PriceBook
    /// What happens to usage of a model without a price.
    public var unknownModel: UnknownModelPolicy
    /// For how many hours after a period's end what lapsed of its allowance pays for usage that happened in it.
    public var lateUsageHours = 72
    /// What takes the place of things that were removed. In a ``CatalogHistory``, also by earlier versions.
    public var replacements = CatalogReplacements()
    /// What happens to usage whose counts are known not to be final.
    public var unfinishedUsage = UnfinishedUsagePolicy.refuse
    /// Whether the stored version is damaged. If so, nothing may be decided by it.
    public var isDamaged = false
    /// Whether only its price book is damaged. If so, nothing may be priced by it.
    public var isBookDamaged = false
    /// Whether its price book is not in memory and must be fetched before it prices something.
    public var isBookAway = false
    /// What is known of a price book that is not in memory.
    public var bookOutline: PriceBookOutline?

    /// Makes a catalog version from its parts.
    public init(
        version: Int64 = 0, effectiveAt: Timestamp = .earliest, creditTypes: [CreditType], defaultPlan: PlanID?,
        plans: [Plan], actions: [Action], packs: [Pack] = [], burnOrder: [GrantSource] = GrantSource.defaultBurnOrder,
        models: PriceBook = .empty, book: PriceBook = .empty, unknownModel: UnknownModelPolicy = .refuse
    ) {
        self.version = version
        self.effectiveAt = effectiveAt
        self.creditTypes = Dictionary(creditTypes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        defaultCreditType = creditTypes.first?.id
        self.defaultPlan = defaultPlan
        self.plans = Dictionary(plans.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.actions = Dictionary(actions.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.packs = packs
        self.burnOrder = burnOrder
        self.models = models
        self.book = book
        self.unknownModel = unknownModel
    }

    /// The action with an id.
    /// - Throws: ``Rejection/unknownAction`` when there is none.
    public func action(_ id: ActionID) throws(Rejection) -> Action {
        guard let action = actions[id] else { throw .unknownAction(id) }
        return action
    }

    /// The plan with an id.
    /// - Throws: ``Rejection/unknownPlan`` when there is none.
    public func plan(_ id: PlanID) throws(Rejection) -> Plan {
        guard let plan = plans[id] else { throw .unknownPlan(id) }
        return plan
    }

    /// The pack with an id, or the one that took its place; `nil` when there is none.
    public func pack(_ id: String) -> Pack? {
        let meant = replacements.packs[id] ?? id
        return packs.first { $0.id == meant }
    }

    /// Checks that a credit type exists.
    /// - Throws: ``Rejection/unknownCreditType`` when it does not.
    public func requireCreditType(_ id: CreditTypeID) throws(Rejection) {
        if creditTypes[id] == nil { throw .unknownCreditType(id) }
    }

    /// The priority of grants of a source that state none: 10 for the first in the burn order, 20 for the next.
    public func priority(of source: GrantSource) -> Int32 {
        Int32(((burnOrder.firstIndex(of: source) ?? burnOrder.count) + 1) * 10)
    }
}

/// A unit of balance.
public struct CreditType: Hashable, Sendable {
    /// The id.
    public var id: CreditTypeID
    /// The name shown to people.
    public var name: String
    /// What one credit is worth, to turn a cost into credits.
    public var dollarValue: Dollars?
    /// Below how many percent of the period's allowance a balance is low; 0 for never.
    public var lowPercent: Int64

    /// What ``lowPercent`` is unless the catalog says otherwise.
    public static let usualLowPercent: Int64 = 20

    /// A credit type.
    public init(
        id: CreditTypeID, name: String, dollarValue: Dollars? = nil, lowPercent: Int64 = CreditType.usualLowPercent
    ) {
        self.id = id
        self.name = name
        self.dollarValue = dollarValue
        self.lowPercent = lowPercent
    }
}

/// Something that is charged.
public struct Action: Hashable, Sendable {
    /// The id.
    public var id: ActionID
    /// The name shown to people.
    public var name: String
    /// Which credits it takes.
    public var creditType: CreditTypeID
    /// How many.
    public var rate: Rate
    /// Amounts are rounded to multiples of this; to the nanocredit if absent.
    public var roundTo: Credits?
    /// How many credits one of the app's users may say that it takes; `nil` where the rate alone decides.
    public var maxUserAmount: Credits?
    /// Whether refusals of this action are carried out.
    public var enforcement: AccountSettings.Enforcement

    /// An action.
    public init(
        id: ActionID, name: String? = nil, creditType: CreditTypeID, rate: Rate, roundTo: Credits? = nil,
        maxUserAmount: Credits? = nil, enforcement: AccountSettings.Enforcement = .enforce
    ) {
        self.roundTo = roundTo
        self.enforcement = enforcement
        self.id = id
        self.name = name ?? id.rawValue
        self.creditType = creditType
        self.rate = rate
        self.maxUserAmount = maxUserAmount
    }
}

/// Credits that can be bought.
public struct Pack: Hashable, Sendable {
    /// The id.
    public var id: String
    /// Which credits.
    public var creditType: CreditTypeID
    /// How many.
    public var credits: Credits
    /// For how much money.
    public var price: Price
    /// The payment provider's id of the price.
    public var providerPrice: String?

    /// A pack.
    public init(id: String, creditType: CreditTypeID, credits: Credits, price: Price, providerPrice: String? = nil) {
        self.id = id
        self.creditType = creditType
        self.credits = credits
        self.price = price
        self.providerPrice = providerPrice
    }
}
