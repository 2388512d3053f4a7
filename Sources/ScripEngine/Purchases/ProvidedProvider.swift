/// The payment providers that come with Scrip, by the names that purchases, callers and addresses know them by.
public enum ProvidedProvider: String, Hashable, Sendable, CaseIterable {
    /// Stripe.
    case stripe
    /// Polar.
    case polar
    /// Invoices, whose payment an operator notes.
    case manual
    /// A checkout to try things on, which costs nothing.
    case test
}
