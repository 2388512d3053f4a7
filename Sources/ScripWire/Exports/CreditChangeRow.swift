import ScripCore

/// A change of credits as a line of CSV (RFC 4180).
package enum CreditChangeRow {
    package static let heading =
        "id,at,recorded_at,kind,credit_type,amount,available_after,sources,action,user,description,reason\r\n"

    package static func text(_ entry: Entry, tag: AccountTag) -> String {
        let cells = [
            entry.id.text(in: tag), entry.effectiveAt.text, entry.recordedAt.text, entry.kind.rawValue,
            entry.creditType?.rawValue ?? "", entry.amount.description, entry.availableAfter.description,
            sources(of: entry),
        ]
        let words = [
            entry.usage?.action?.rawValue, entry.usage?.user, entry.usage?.description, entry.reason,
        ]
        return CSVRow.text(cells + words.map { CSVRow.harmless($0 ?? "") })
    }

    /// The sources of a line in words, such as `monthly -5; purchased -2 held -2`.
    package static func sources(of entry: Entry) -> String {
        entry.sources.map { source in
            let parts = [
                source.amount.isZero && !source.held.isZero ? nil : "\(source.amount)",
                source.held.isZero ? nil : "held \(source.held)",
            ]
            return ([source.name] + parts.compactMap { $0 }).joined(separator: " ")
        }.joined(separator: "; ")
    }
}
