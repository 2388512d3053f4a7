import ScripCore
import ScripEngine

/// How many tokens usage stands for: those that were counted, or else what its credits are worth.
///
/// A catalog says what a credit is worth where it sells tokens by the credit: 1 credit for 2,000 tokens makes a charge
/// of 1 credit, whose tokens nobody counted, 2,000 tokens.
package struct TokenUse {
    private let worth: [CreditTypeID: (tokens: Int64, credits: Credits)]

    package init(_ catalog: Catalog) {
        var worth: [CreditTypeID: (tokens: Int64, credits: Credits)] = [:]
        for action in catalog.actions.values.sorted(by: { $0.id < $1.id }) where worth[action.creditType] == nil {
            if case .perTokens(let tokens, let credits, _) = action.rate, credits.isPositive {
                worth[action.creditType] = (tokens, credits)
            }
        }
        self.worth = worth
    }

    /// The tokens of a day's usage.
    package func tokens(of row: UsageTotals) -> Int64 {
        let counted = row.inputTokens.addingClamped(row.outputTokens)
        return counted > 0 ? counted : tokens(worth: row.charged, of: row.creditType)
    }

    /// The tokens of one line.
    package func tokens(of entry: Entry) -> Int64 {
        let counted = (entry.usage?.inputTokens ?? 0).addingClamped(entry.usage?.outputTokens ?? 0)
        guard counted == 0, let creditType = entry.creditType else { return counted }
        return tokens(worth: Credits(nanocredits: 0 &- entry.amount.nanocredits), of: creditType)
    }

    /// The tokens of many days' usage.
    package func tokens(of rows: some Sequence<UsageTotals>) -> Int64 {
        rows.reduce(0) { $0.addingClamped(tokens(of: $1)) }
    }

    private func tokens(worth credits: Credits, of creditType: CreditTypeID) -> Int64 {
        guard let worth = worth[creditType] else { return 0 }
        let tokens = Int128(credits.nanocredits) * Int128(worth.tokens) / Int128(worth.credits.nanocredits)
        return Int64(clamping: tokens)
    }
}
