import ScripCore

/// What users see several sources of credits as.
enum CreditBucket: String, CaseIterable {
    /// What comes with the plan.
    case monthly
    /// What was bought.
    case purchased
    /// What was given besides.
    case bonus
}

extension GrantSource {
    /// Among what users see credits of this source.
    var bucket: CreditBucket {
        switch self {
        case .monthly, .rollover: .monthly
        case .purchased: .purchased
        case .bonus, .promotional, .refund, .adjustment: .bonus
        }
    }
}

extension Balance {
    /// How much is left of all sources of a bucket.
    func left(of bucket: CreditBucket) -> Credits {
        let left = sources.filter { $0.key.bucket == bucket }.values
        return Credits(nanocredits: left.reduce(0) { $0.addingClamped($1.nanocredits) })
    }
}
