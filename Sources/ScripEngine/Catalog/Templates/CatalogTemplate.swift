/// Catalogs that are ready to use and to learn from.
public enum CatalogTemplate: String, Sendable, CaseIterable {
    /// What the first run starts with.
    case sample
    /// Usage tracking in an app: a dozen action types with small costs.
    case usageTracking = "usage-tracking"
    /// Organisations with five separate balances.
    case organizationTokens = "organization-tokens"
    /// Free 5 and Pro 100 credits a month.
    case subscriptionCredits = "subscription-credits"
    /// Monthly credits that do not accumulate beside purchased ones that never expire.
    case dualCredits = "dual-credits"

    /// The document, in YAML.
    public var document: String {
        switch self {
        case .sample: CatalogTemplate.sampleDocument
        case .usageTracking: CatalogTemplate.usageTrackingDocument
        case .organizationTokens: CatalogTemplate.organizationTokensDocument
        case .subscriptionCredits: CatalogTemplate.subscriptionCreditsDocument
        case .dualCredits: CatalogTemplate.dualCreditsDocument
        }
    }
}
