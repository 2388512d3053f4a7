import ScripCore

/// What can be read of denials.
public protocol DenialReading {
    /// Denials that match, those that began last first, then by their ids downwards. Ids of those that are damaged are
    /// told, if anybody wants to know, and others come in their stead; otherwise they end it.
    func denials(_ query: DenialQuery, setAside: ((String) -> Void)?) throws -> [Denial]
    /// The denial with an id.
    func denial(_ id: String, of account: AccountID) throws -> Denial?
}

extension DenialReading {
    /// Denials that match, unless one is damaged.
    public func denials(_ query: DenialQuery) throws -> [Denial] { try denials(query, setAside: nil) }
}

/// Where denials are kept.
public protocol DenialStore: DenialReading {
    /// Adds denials. One with a known id is merged: counts add up, and the rest comes from the new one except for the
    /// moment at which it began.
    func add(_ denials: [Denial]) throws
    /// Adds a denial, or replaces the one with its id.
    func replace(_ denial: Denial) throws
    /// Removes denials that happened last before a moment.
    func removeDenials(endedBefore moment: Timestamp) throws
    /// Removes all denials but the newest, of one account or of all.
    func trimDenials(of account: AccountID?, to most: Int) throws
}
