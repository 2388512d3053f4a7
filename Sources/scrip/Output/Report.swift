import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// Prints the result of a command that moved credits.
struct Report {
    var outcome: Outcome
    var output: OutputOptions
    /// Whether the command was about a hold. Holds of demo accounts reserve nothing.
    var isAboutHold = false

    /// Prints the entry, what it created, and the balance after it.
    func print(_ sentence: String) {
        let state = outcome.state
        let creditType = outcome.entry?.entry.creditType ?? outcome.hold?.creditType ?? outcome.rating?.creditType
        if output.json {
            Console.print(
                JSONWriter.document { writer in
                    switch outcome.entry?.entry.kind {
                    case _ where isAboutHold: writer.holdOutcome(outcome)
                    case .grant, .grantScheduled: writer.grantOutcome(outcome)
                    default: writer.outcome(outcome)
                    }
                    if outcome.isRepeat { writer.member("replayed", true) }
                })
            return
        }
        if outcome.isDemo {
            Console.print("\(state.id) is a demo account: nothing was charged.")
            return
        }
        Console.print((outcome.isRepeat ? "Already done: " : "") + sentence)
        if let draws = outcome.entry?.entry.sentenceOfDraws { Console.print("  " + draws) }
        if let denied = outcome.wouldDeny { Console.print("  would have been refused: \(denied)") }
        if let creditType {
            let standing = state.balance(of: creditType)
            let amount = standing.isUnlimited ? "unlimited \(creditType)" : standing.available.text(of: creditType)
            Console.print("  available now: \(amount)")
        }
    }
}

extension Entry {
    /// Where credits came from or went back to: `from monthly 1, purchased 2`.
    var sentenceOfDraws: String? {
        let moved = draws.filter { !$0.amount.isZero || !$0.held.isZero }
        let lapsing = draws.reduce(0) { $0 + $1.lapsing.nanocredits }
        let later = lapsing > 0 ? ["\(Credits(nanocredits: lapsing)) when their holds close"] : []
        if moved.isEmpty { return later.first }
        let parts = moved.map { draw in
            let place =
                switch draw.place {
                case .grant(_, let source): source.rawValue
                case .debt: "debt"
                case .lapsed: "lapsed allowance"
                case .unlimited: "unlimited allowance"
                }
            let amount = draw.amount.isZero ? draw.held : draw.amount
            return "\(place) \(amount.isNegative ? "+" : "")\(amount.description.drop { $0 == "-" })"
        }
        return (["from " + parts.joined(separator: ", ")] + later).joined(separator: "; ")
    }
}
