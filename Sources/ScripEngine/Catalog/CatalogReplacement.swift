import ScripCore

/// Something that takes the place of something else that a version of the catalog removes: `plan:legacy=free`.
public struct CatalogReplacement: Hashable, Sendable, CustomStringConvertible {
    /// What kind of thing it is.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A plan that accounts are on.
        case plan
        /// An action that holds are open for.
        case action
        /// A credit type that accounts have balances of.
        case creditType = "credit_type"
        /// A pack that is being bought, or is bought by itself.
        case pack

        /// The kind in words.
        var words: String { self == .creditType ? "credit type" : rawValue }
    }

    /// What kind of thing.
    public let kind: Kind
    /// The id of what is removed.
    public let old: String
    /// The id of what takes its place.
    public let new: String

    /// Reads `KIND:OLD=NEW`; `nil` for another text. An id with `=` in it cannot be named.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let ids = parts.last?.split(separator: "=", omittingEmptySubsequences: false) ?? []
        guard parts.count == 2, ids.count == 2, let kind = Kind(rawValue: String(parts[0])),
            let old = PlanID(String(ids[0])), let new = PlanID(String(ids[1]))
        else { return nil }
        (self.kind, self.old, self.new) = (kind, old.rawValue, new.rawValue)
    }

    /// As it is read.
    public var description: String { "\(kind.rawValue):\(old)=\(new)" }
}

extension CatalogReplacements {
    /// What a list of replacements says.
    init(_ list: [CatalogReplacement]) {
        self.init()
        for one in list {
            switch one.kind {
            case .plan: plans[PlanID(unchecked: one.old)] = PlanID(unchecked: one.new)
            case .action: actions[ActionID(unchecked: one.old)] = ActionID(unchecked: one.new)
            case .creditType: creditTypes[CreditTypeID(unchecked: one.old)] = CreditTypeID(unchecked: one.new)
            case .pack: packs[one.old] = one.new
            }
        }
    }

    /// Whether a replacement is among them.
    func has(_ one: CatalogReplacement) -> Bool {
        switch one.kind {
        case .plan: plans[PlanID(unchecked: one.old)] == PlanID(unchecked: one.new)
        case .action: actions[ActionID(unchecked: one.old)] == ActionID(unchecked: one.new)
        case .creditType: creditTypes[CreditTypeID(unchecked: one.old)] == CreditTypeID(unchecked: one.new)
        case .pack: packs[one.old] == one.new
        }
    }

    /// What a version of the catalog keeps: one replacement a line.
    init(text: String) {
        self.init(text.split(separator: "\n").compactMap { CatalogReplacement(String($0)) })
    }
}

extension Catalog {
    /// The ids of a kind.
    func ids(of kind: CatalogReplacement.Kind) -> Set<String> {
        switch kind {
        case .plan: Set(plans.keys.map(\.rawValue))
        case .action: Set(actions.keys.map(\.rawValue))
        case .creditType: Set(creditTypes.keys.map(\.rawValue))
        case .pack: Set(packs.map(\.id))
        }
    }

    /// Refuses replacements that a catalog cannot have: what is replaced was there and goes, what replaces it is there,
    /// and nothing is replaced twice.
    func require(_ replacements: [CatalogReplacement], after history: CatalogHistory) throws(Rejection) {
        var seen: Set<String> = []
        for one in replacements {
            let what = "\(one.kind.words) '\(one.old)'"
            func refusal(_ rule: String) -> Rejection { .invalid(field: "replace", rule: rule) }
            if !seen.insert("\(one.kind.rawValue):\(one.old)").inserted { throw refusal("replaces \(what) twice") }
            if ids(of: one.kind).contains(one.old) {
                throw refusal("replaces \(what), which is still in the catalog")
            }
            if !ids(of: one.kind).contains(one.new) {
                throw refusal("replaces \(what) by '\(one.new)', which the catalog does not have")
            }
            if !history.versions.contains(where: { $0.ids(of: one.kind).contains(one.old) }) {
                throw refusal("replaces \(what), which was never in the catalog")
            }
            let (old, new) = (ActionID(unchecked: one.old), ActionID(unchecked: one.new))
            if one.kind == .action, let last = history.versions.last(where: { $0.actions[old] != nil }),
                last.actions[old]?.creditType != actions[new]?.creditType
            {
                throw refusal("replaces \(what) by an action with a different credit type")
            }
        }
    }
}
