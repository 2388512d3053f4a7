/// What is different between two price books.
public struct PriceBookDiff: Hashable, Sendable {
    /// A price that both books have, and that says something else in each.
    public struct Change: Hashable, Sendable {
        /// The model as `provider/id`.
        public var model: String
        /// The facts that differ, by name; `nil` on the side that lacks one.
        public var facts: [Fact]

        /// A fact before and after.
        public struct Fact: Hashable, Sendable {
            /// What it prices.
            public var name: String
            /// In the old book.
            public var old: String?
            /// In the new book.
            public var new: String?
        }
    }

    /// Models that only the new book has, as `provider/id`, in order.
    public private(set) var added: [String] = []
    /// Models that only the old book has.
    public private(set) var removed: [String] = []
    /// Models whose prices differ.
    public private(set) var changed: [Change] = []

    /// Whether both books price everything alike.
    public var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty }

    /// Compares two books, model by model, by all dated prices of each.
    public init(from old: PriceBook, to new: PriceBook) {
        let before = Dictionary(grouping: old.models, by: \.name)
        let after = Dictionary(grouping: new.models, by: \.name)
        for name in Set(before.keys).union(after.keys).sorted() {
            guard let mine = before[name] else {
                added.append(name)
                continue
            }
            guard let theirs = after[name] else {
                removed.append(name)
                continue
            }
            let facts = PriceBookDiff.differences(PriceBookDiff.facts(mine), PriceBookDiff.facts(theirs))
            if !facts.isEmpty { changed.append(Change(model: name, facts: facts)) }
        }
    }

    private static func facts(_ prices: [ModelPrice]) -> [(name: String, value: String)] {
        prices.flatMap { price in
            var suffix = ""
            if let since = price.effectiveFrom { suffix += " since \(since.microseconds / 1_000_000)" }
            if let until = price.effectiveUntil { suffix += " until \(until.microseconds / 1_000_000)" }
            return price.facts.map { ($0.name + suffix, $0.value) }
                + (price.aliases.isEmpty ? [] : [("aliases" + suffix, price.aliases.sorted().joined(separator: ", "))])
        }
    }

    private static func differences(
        _ old: [(name: String, value: String)], _ new: [(name: String, value: String)]
    ) -> [Change.Fact] {
        let before = Dictionary(old.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        let after = Dictionary(new.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        let names = old.map(\.name) + new.map(\.name).filter { before[$0] == nil }
        return names.compactMap { name in
            before[name] == after[name] ? nil : Change.Fact(name: name, old: before[name], new: after[name])
        }
    }
}
