import ScripCore
import ScripJSON
import Yams

extension CatalogDocument {
    /// The catalog's own prices of models.
    static func models(_ node: DocumentNode) throws(CatalogProblem) -> PriceBook {
        var models: [ModelPrice] = []
        for element in try node.elements(most: 10_000) {
            models.append(try element.priced { (json) throws(PriceBookProblem) in try ModelPrice(json: json) })
        }
        do {
            return try PriceBook(source: "catalog", models: models)
        } catch {
            throw node.problem("prices \(error.model ?? "a model") twice for the same time: it \(error.rule)")
        }
    }

    /// What becomes of models without a price.
    static func unknownModel(_ node: DocumentNode) throws(CatalogProblem) -> UnknownModelPolicy {
        if node.isWord("refuse") { return .refuse }
        if node.isWord("record") { return .record }
        guard node.isMapping else { throw node.problem("must be refuse, record, or {usd_per_million: {…}}") }
        let prices = try node.members(["usd_per_million"]).required("usd_per_million", of: node)
        let fallback = try prices.priced { (json) throws(PriceBookProblem) in try TokenPrices(json: json, at: "") }
        if fallback.input == nil || fallback.output == nil {
            throw prices.problem("needs a price of input and one of output, so that no token is free")
        }
        return .fallback(fallback)
    }
}

extension DocumentNode {
    /// Hands what stands here to a reader of prices, and names the line of what it refuses.
    fileprivate func priced<Value>(
        _ read: (JSONValue) throws(PriceBookProblem) -> Value
    ) throws(CatalogProblem) -> Value {
        var lines: [String: Int] = [:]
        let json = try json(at: "", depth: 0, lines: &lines)
        do {
            return try read(json)
        } catch {
            let inner = error.field.isEmpty ? path : "\(path).\(error.field)"
            throw CatalogProblem(line: lines[error.field] ?? node.mark?.line, path: inner, message: error.rule)
        }
    }

    /// The value as JSON, with the line of each place in it.
    private func json(
        at place: String, depth: Int, lines: inout [String: Int]
    ) throws(CatalogProblem) -> JSONValue {
        if depth > 8 { throw problem("is nested too deeply") }
        lines[place] = node.mark?.line
        switch node {
        case .mapping(let mapping):
            var members: [JSONObject.Member] = []
            for (key, value) in mapping {
                guard let name = key.string else { throw problem("has a name that is not text") }
                let inner = place.isEmpty ? name : "\(place).\(name)"
                let value = try DocumentNode(node: value, path: path.isEmpty ? name : "\(path).\(name)")
                    .json(at: inner, depth: depth + 1, lines: &lines)
                members.append(JSONObject.Member(name: name, value: value))
            }
            return .object(JSONObject(members))
        case .sequence(let sequence):
            var elements: [JSONValue] = []
            for (index, element) in sequence.enumerated() {
                let element = DocumentNode(node: element, path: "\(path)[\(index)]")
                elements.append(try element.json(at: "\(place)[\(index)]", depth: depth + 1, lines: &lines))
            }
            return .array(elements)
        case .scalar(let scalar):
            if scalar.style != .plain { return .string(scalar.string) }
            if scalar.string == "true" || scalar.string == "false" { return .bool(scalar.string == "true") }
            if let number = Int64(scalar.string) { return .number(String(number)) }
            if scalar.string.firstMatch(of: /^-?[0-9]/) != nil,
                let plain = DecimalText.plain(scalar.string)
            {
                return .number(plain)
            }
            return .string(scalar.string)
        default:
            throw problem("must be a value, a list or a mapping")
        }
    }
}
