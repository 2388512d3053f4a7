/// All versions of the catalog. Each moment is decided by the version that was in force then.
public struct CatalogHistory: Hashable, Sendable {
    /// The versions, oldest first.
    public private(set) var versions: [Catalog]
    /// Whether the price book of any version is not in memory.
    public let lacksBooks: Bool
    /// Whether refusals are carried out if neither the account nor the action is in observe mode.
    public let enforcement: AccountSettings.Enforcement

    /// The versions of a catalog.
    public init(_ versions: [Catalog], enforcement: AccountSettings.Enforcement = .enforce) {
        self.enforcement = enforcement
        lacksBooks = versions.contains(where: \.isBookAway)
        let ordered = versions.sorted { ($0.effectiveAt, $0.version) < ($1.effectiveAt, $1.version) }
        var earlier = CatalogReplacements()
        self.versions = ordered.map { version in
            if version.isDamaged { return version }
            var version = version
            version.replacements = version.replacements.following(earlier, in: version)
            earlier = version.replacements
            return version
        }
    }

    /// A catalog before its first version: empty.
    public static let none = Catalog(creditTypes: [], defaultPlan: nil, plans: [], actions: [])

    /// The version in force at a moment; before the first one, the first one.
    public func inForce(at moment: Timestamp) -> Catalog {
        versions.last { $0.effectiveAt <= moment } ?? versions.first ?? CatalogHistory.none
    }

    /// Refuses what a damaged version would decide: anything between two moments, both included.
    public func requireSound(from first: Timestamp, through last: Timestamp) throws(Rejection) {
        if !versions.contains(where: \.isDamaged) { return }
        let then = inForce(at: first)
        if then.isDamaged { throw .catalogDamaged(version: then.version) }
        for version in versions where version.isDamaged && version.effectiveAt > first && version.effectiveAt <= last {
            throw .catalogDamaged(version: version.version)
        }
    }

    /// When the next version after a moment comes into force.
    public func nextChange(after moment: Timestamp) -> Timestamp? {
        versions.first { $0.effectiveAt > moment }?.effectiveAt
    }

    /// The newest version, which may not be in force yet.
    public var latest: Catalog { versions.last ?? CatalogHistory.none }
}
