extension Catalog {
    /// The price of a model and whether it is the catalog's own; `nil` when neither it nor the book has one.
    ///
    /// A more exact name wins over a less exact one; under the same name the catalog's own price wins. Where the book
    /// knows the model by another name of the catalog's own, for example a dated one, the own price wins too.
    public func price(
        provider: String?, model: String, at moment: Timestamp
    ) -> (match: ModelMatch, priced: Rating.Priced)? {
        let free = book.isEmpty && !isBookAway ? nil : ModelPrice.free(provider: provider, model: model)
        let fallback = free.map { (match: ModelMatch(price: $0, matchedName: model), priced: Rating.Priced.book) }
        if models.isEmpty {
            return book.price(provider: provider, model: model, at: moment).map { ($0, .book) } ?? fallback
        }
        var names = ModelNames(provider: provider, model: model)
        while let name = names.next() {
            if let own = models.price(named: name, at: moment) { return (own, .own) }
            guard let listed = book.price(named: name, at: moment) else { continue }
            let provider = ModelProviderName.canonical(listed.price.provider)
            for other in [listed.price.id] + listed.price.aliases {
                let spelling = ModelNames.Spelling(provider: provider, model: other.lowercased())
                if let own = models.price(named: spelling, at: moment) { return (own, .own) }
            }
            return (listed, .book)
        }
        return fallback
    }

    /// What a usage cost in dollars: what it says itself, else by the prices of its models when all of them have one.
    /// - Throws: ``Rejection/priceBookAway(version:)`` alone.
    public func cost(of usage: Usage, at now: Timestamp) throws(Rejection) -> Dollars? {
        if let stated = usage.cost { return stated }
        let isPriceable = usage.model != nil && !(usage.counts.isEmpty && usage.otherCalls.isEmpty)
        if !isPriceable || (models.isEmpty && book.isEmpty && !isBookAway) { return nil }
        try requireBook(for: usage)
        var bill = ModelBill()
        let moment = usage.occurredAt ?? now
        do throws(Rejection) {
            for call in usage.modelCalls {
                guard let found = price(provider: call.provider, model: call.model, at: moment) else { return nil }
                let unpriced = try bill.add(call, of: usage, by: found.match.price, priced: found.priced)
                if unpriced != nil { return nil }
            }
        } catch {
            return nil
        }
        return bill.items.isEmpty ? nil : bill.cost
    }

    /// What a usage's models come to by this catalog; `nil` when something has no price and is to be recorded all the
    /// same.
    func bill(_ usage: Usage, at now: Timestamp) throws(Rejection) -> ModelBill? {
        guard usage.model != nil else {
            throw .invalid(field: "model", rule: "is required by this action's rate")
        }
        try requireBook(for: usage)
        var bill = ModelBill()
        let moment = usage.occurredAt ?? now
        for call in usage.modelCalls {
            let found = price(provider: call.provider, model: call.model, at: moment)
            var unpriced: String?
            if let found {
                unpriced = try bill.add(call, of: usage, by: found.match.price, priced: found.priced)
                if unpriced == nil { continue }
            }
            switch unknownModel {
            case .refuse:
                guard let unpriced else { throw .unknownModel(provider: call.provider, model: call.model) }
                throw .invalid(field: "usage.\(unpriced)", rule: "has no price for the model '\(call.model)'")
            case .record:
                return nil
            case .fallback(let prices):
                let price = ModelPrice(provider: call.provider ?? "", id: call.model, prices: prices)
                if let missing = try bill.add(call, of: usage, by: price, priced: .fallback) {
                    throw .invalid(field: "usage.\(missing)", rule: "has no price in the catalog's unknown_model")
                }
            }
        }
        if bill.items.isEmpty {
            throw .invalid(field: "usage", rule: "must have a count that has a price, for example input_tokens")
        }
        return bill
    }
}

extension Usage {
    /// The calls of models that a usage is made of: its own first.
    var modelCalls: [ModelCall] {
        guard let model else { return otherCalls }
        let own = ModelCall(provider: provider, model: model, counts: counts)
        if otherCalls.isEmpty { return [own] }
        return [own]
            + otherCalls.map { ModelCall(provider: $0.provider ?? provider, model: $0.model, counts: $0.counts) }
    }
}
