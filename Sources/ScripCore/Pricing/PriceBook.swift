/// Dated prices of models, with where they come from. A value that is cheap to copy: the prices are shared.
public struct PriceBook: Hashable, Sendable {
    private let storage: Storage

    private final class Storage: Sendable {
        let source: String
        let date: String
        let licence: String
        let models: [ModelPrice]
        let index: ModelIndex

        init(source: String, date: String, licence: String, models: [ModelPrice], index: ModelIndex) {
            self.source = source
            self.date = date
            self.licence = licence
            self.models = models
            self.index = index
        }
    }

    /// A book without prices.
    public static let empty = PriceBook(storage: Storage(source: "", date: "", licence: "", models: [], index: .empty))

    /// The most models a book may have.
    public static let maxModels = 50_000

    private init(storage: Storage) {
        self.storage = storage
    }

    /// A book of some prices.
    /// - Throws: ``PriceBookProblem`` when two prices of the same provider, name and time contradict each other.
    public init(
        source: String = "", date: String = "", licence: String = "", models: [ModelPrice]
    ) throws(PriceBookProblem) {
        if models.count > PriceBook.maxModels {
            throw PriceBookProblem(field: "models", rule: "may have at most \(PriceBook.maxModels) elements")
        }
        storage = Storage(
            source: source, date: date, licence: licence, models: models, index: try ModelIndex(of: models)
        )
    }

    /// Where the prices come from.
    public var source: String { storage.source }
    /// As of which date.
    public var date: String { storage.date }
    /// Under which licence.
    public var licence: String { storage.licence }
    /// All prices.
    public var models: [ModelPrice] { storage.models }
    /// What is kept of it when it is let go.
    public var outline: PriceBookOutline {
        PriceBookOutline(date: date, names: storage.index.names, hasPatterns: storage.index.hasPatterns)
    }
    /// Whether there are no prices.
    public var isEmpty: Bool { storage.models.isEmpty }

    /// The price of a model at a moment; `nil` when no price is known.
    ///
    /// The exact id comes first, then aliases, then the same name without the spelling of a provider or a region, and
    /// only then without a date. A part of a name never matches.
    public func price(provider: String? = nil, model: String, at moment: Timestamp) -> ModelMatch? {
        var ways = ModelNames(provider: provider, model: model)
        while let name = ways.next() {
            if let match = price(named: name, at: moment) { return match }
        }
        return nil
    }

    /// The price of a model by one spelling of its name.
    func price(named name: ModelNames.Spelling, at moment: Timestamp) -> ModelMatch? {
        storage.index.position(of: name, at: moment, in: storage.models).map {
            ModelMatch(price: storage.models[$0], matchedName: name.model)
        }
    }

    /// Books are equal when they say the same.
    public static func == (left: PriceBook, right: PriceBook) -> Bool {
        if left.storage === right.storage { return true }
        return left.source == right.source && left.date == right.date && left.licence == right.licence
            && left.models == right.models
    }

    /// Hashes what tells books apart quickly.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(storage.source)
        hasher.combine(storage.date)
        hasher.combine(storage.models.count)
    }
}

/// A price that was found, and by which name.
public struct ModelMatch: Hashable, Sendable {
    /// The price.
    public var price: ModelPrice
    /// The id or alias that matched.
    public var matchedName: String
}

/// Why prices cannot be read: which model and field, and the rule that is broken.
public struct PriceBookProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The model as `provider/id`, or its place such as `models[3]`, where one can be named.
    public var model: String?
    /// The field within it, for example `usd_per_million.input`; empty for the model as a whole.
    public var field: String
    /// Which rule is broken.
    public var rule: String

    /// Makes a problem with a model's price.
    public init(model: String? = nil, field: String, rule: String) {
        self.model = model
        self.field = field
        self.rule = rule
    }

    /// A sentence for people.
    public var description: String {
        let place = [model, field.isEmpty ? nil : "'\(field)'"].compactMap { $0 }.joined(separator: ": ")
        return place.isEmpty ? rule : "\(place) \(rule)"
    }
}
