/// What one entry moved in one place.
public struct Draw: Hashable, Sendable {
    /// The place credits were taken from or put back to.
    public enum Place: Hashable, Sendable {
        /// A grant, by its id, with the source it shows.
        case grant(GrantID, GrantSource)
        /// What lapsed of an allowance with its period, by the number of the line that ended it.
        case lapsed(seq: Int64)
        /// Beyond the balance: debt.
        case debt
        /// An unlimited allowance: nothing is taken from any grant.
        case unlimited
    }

    /// Where.
    public var place: Place
    /// How much was taken; negative for what was put back. For debt, how much debt grew.
    public var amount: Credits
    /// How much more is reserved there afterwards; negative for what a closed hold gave back.
    public var held: Credits
    /// How much more of what is reserved there ends as soon as its holds close; negative when less does.
    public var lapsing: Credits

    /// A movement.
    public init(_ place: Place, amount: Credits, held: Credits = .zero, lapsing: Credits = .zero) {
        self.place = place
        self.amount = amount
        self.held = held
        self.lapsing = lapsing
    }
}
