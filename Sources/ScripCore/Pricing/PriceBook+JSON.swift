import ScripJSON

extension PriceBook {
    /// Reads a book: `{"source": …, "date": …, "licence": …, "models": […]}`, amounts as decimals in quotes.
    /// - Throws: ``PriceBookProblem`` naming the model and the field of the first thing that is wrong.
    public init(json: JSONValue) throws(PriceBookProblem) {
        guard let elements = json["models"]?.arrayValue else {
            throw PriceBookProblem(field: "models", rule: "must be a list of prices of models")
        }
        if elements.count > PriceBook.maxModels {
            throw PriceBookProblem(field: "models", rule: "may have at most \(PriceBook.maxModels) elements")
        }
        var models: [ModelPrice] = []
        models.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            do {
                models.append(try ModelPrice(json: element))
            } catch {
                var problem = error
                problem.model = problem.model ?? "models[\(index)]"
                throw problem
            }
        }
        try self.init(
            source: json["source"]?.stringValue ?? "", date: json["date"]?.stringValue ?? "",
            licence: json["licence"]?.stringValue ?? "", models: models
        )
    }
}
