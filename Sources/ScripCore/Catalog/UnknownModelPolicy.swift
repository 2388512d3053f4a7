/// What becomes of usage of a model that has no price.
public enum UnknownModelPolicy: Hashable, Sendable {
    /// It is refused with ``Rejection/unknownModel(provider:model:)``.
    case refuse
    /// It is recorded now with an amount of zero, marked ``Rating/Priced/unrated``, and rated later.
    case record
    /// It is priced by stated prices, marked ``Rating/Priced/fallback``.
    case fallback(TokenPrices)
}
