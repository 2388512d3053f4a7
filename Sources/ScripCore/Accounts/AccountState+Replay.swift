/// A place where a journal does not agree with itself.
public struct ReplayMismatch: Error, Hashable, Sendable, CustomStringConvertible {
    /// The number of the line.
    public var seq: Int64
    /// What is wrong with it.
    public var description: String

    /// A mismatch at an entry.
    public init(seq: Int64, description: String) {
        self.seq = seq
        self.description = description
    }
}

extension AccountState {
    /// Follows one entry that was written before, and checks that it follows from the entries before it.
    /// - Throws: ``ReplayMismatch`` when the number, the digest or the balance after the entry is wrong.
    public mutating func replay(_ sealed: SealedEntry) throws(ReplayMismatch) {
        let entry = sealed.entry
        if entry.seq != seq + 1 {
            throw ReplayMismatch(seq: entry.seq, description: "expected line \(seq + 1), found line \(entry.seq)")
        }
        if SealedEntry.digest(of: sealed.encoded, after: lastDigest) != sealed.digest {
            throw ReplayMismatch(seq: entry.seq, description: "the line's digest does not follow from the line before")
        }
        apply(entry)
        lastDigest = sealed.digest
        guard let creditType = entry.creditType else { return }
        let balance = typeBalance(of: creditType)
        if balance.posted != entry.postedAfter || balance.available != entry.availableAfter {
            throw ReplayMismatch(
                seq: entry.seq,
                description: "the line says posted \(entry.postedAfter), available \(entry.availableAfter); "
                    + "replay gives \(balance.posted), \(balance.available)"
            )
        }
    }

    /// The account that a whole journal describes.
    /// - Throws: ``ReplayMismatch`` at the first entry that does not follow.
    public static func replay(_ entries: [SealedEntry], of id: AccountID) throws(ReplayMismatch) -> AccountState {
        var state = AccountState(id: id)
        for entry in entries { try state.replay(entry) }
        return state
    }
}
