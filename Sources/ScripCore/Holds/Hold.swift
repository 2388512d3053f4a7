/// Credits reserved for work in flight.
public struct Hold: Hashable, Sendable {
    /// What a hold took from one place when it was placed.
    public struct Part: Hashable, Sendable {
        /// Where the credits are reserved.
        public var place: Draw.Place
        /// How much.
        public var amount: Credits

        /// A reservation in one place.
        public init(place: Draw.Place, amount: Credits) {
            self.place = place
            self.amount = amount
        }
    }

    /// The id: the entry that placed the hold.
    public let id: HoldID
    /// Which credits are reserved.
    public let creditType: CreditTypeID
    /// How much is reserved in all.
    public let amount: Credits
    /// From where, in burn order.
    public let parts: [Part]
    /// When the reservation ends by itself.
    public internal(set) var expiresAt: Timestamp
    /// What the work is.
    public let action: ActionID?

    /// Makes an open hold.
    public init(
        id: HoldID, creditType: CreditTypeID, amount: Credits, parts: [Part], expiresAt: Timestamp, action: ActionID?
    ) {
        self.id = id
        self.creditType = creditType
        self.amount = amount
        self.parts = parts
        self.expiresAt = expiresAt
        self.action = action
    }
}

/// What became of a hold.
public enum HoldStatus: String, Hashable, Sendable, CaseIterable {
    /// The credits are still reserved.
    case open
    /// The true amount was charged.
    case captured
    /// The credits went back unused.
    case released
    /// Time ran out and the credits went back; a late capture is still recorded.
    case expired
}
