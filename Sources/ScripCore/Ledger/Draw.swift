/// The credits that one entry moved in one place.
public struct Draw: Hashable, Sendable {
    /// The place from which credits were taken, or to which they were returned.
    public enum Place: Hashable, Sendable {
        /// A grant, by its id, with the source it shows.
        case grant(GrantID, GrantSource)
        /// The lapsed part of an allowance, named by the number of the entry that ended its period.
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
    /// How much more of the reserved credits ends when their holds close; negative if less does.
    public var lapsing: Credits

    /// Makes a draw of an amount in one place.
    public init(_ place: Place, amount: Credits, held: Credits = .zero, lapsing: Credits = .zero) {
        self.place = place
        self.amount = amount
        self.held = held
        self.lapsing = lapsing
    }
}
