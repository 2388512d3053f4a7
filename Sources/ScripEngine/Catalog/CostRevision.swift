import ScripCore
import Yams

/// Another cost for one action, written into a catalog document where the old one stands, so that comments and layout
/// stay.
struct CostRevision {
    /// Which action.
    let action: ActionID
    /// What it costs each time.
    let cost: Dollars

    /// The document with the new cost.
    func applied(to document: String) throws -> String {
        var expected = try CatalogDocument.parse(document)
        let entry = try expected.action(action)
        let path: [String]
        let text: String
        switch entry.rate {
        case .compute(_, let markup, let rounding):
            (path, text) = (["compute", "usd"], cost.description)
            expected.actions[action]?.rate = .compute(cost: cost, markup: markup, rounding: rounding)
        case .fixed:
            let credits = try credits(of: entry, in: expected)
            (path, text) = (["fixed"], credits.description)
            expected.actions[action]?.rate = .fixed(credits)
        case .perTokens, .perUnit, .modelTokens, .reportedCost:
            throw CatalogProblem(
                path: "actions", message: "give '\(action)' a rate that is not a fixed cost")
        }
        let revised = try replacing(path, with: text, in: document)
        guard try CatalogDocument.parse(revised) == expected else { throw unclear }
        return revised
    }

    /// The cost in credits, exactly.
    private func credits(of entry: Action, in catalog: Catalog) throws -> Credits {
        guard let value = catalog.creditTypes[entry.creditType]?.dollarValue, value > .zero else {
            throw CatalogProblem(
                path: "credit_types", message: "give '\(entry.creditType)' no usd_value to turn dollars into credits")
        }
        let scaled = cost.attodollars.multipliedReportingOverflow(by: 1_000_000_000)
        guard !scaled.overflow, scaled.partialValue % value.attodollars == 0,
            let nanocredits = Int64(exactly: scaled.partialValue / value.attodollars)
        else {
            throw CatalogProblem(
                path: "actions",
                message: "charge '\(action)' in credits, but \(cost) dollars are not an exact number of credits")
        }
        return Credits(nanocredits: nanocredits)
    }

    private var unclear: CatalogProblem {
        CatalogProblem(
            path: "actions",
            message: "do not state the rate of '\(action)' in a place of its own; apply a whole catalog instead")
    }

    /// Puts a quoted text in the place of the scalar at a path of the action's rate.
    private func replacing(_ path: [String], with text: String, in document: String) throws -> String {
        let actions = try Yams.compose(yaml: document)?["actions"]?.sequence ?? []
        var place = actions.first { $0["id"]?.string == action.rawValue }?["rate"]
        for name in path { place = place?[name] }
        guard case .scalar(let scalar) = place, let mark = scalar.mark else { throw unclear }
        var line = 1
        var scalars = document.unicodeScalars[...]
        while line < mark.line, let end = scalars.firstIndex(of: "\n") {
            scalars = scalars[scalars.index(after: end)...]
            line += 1
        }
        guard line == mark.line,
            let start = scalars.index(
                scalars.startIndex, offsetBy: mark.column - 1, limitedBy: scalars.endIndex)
        else { throw unclear }
        let token = scalars[start...].prefix { !"\n\r ,}]#".unicodeScalars.contains($0) }
        guard String(token).filter({ $0 != "\"" && $0 != "'" }) == scalar.string else { throw unclear }
        return String(document.unicodeScalars[..<start]) + "\"\(text)\""
            + String(document.unicodeScalars[token.endIndex...])
    }
}
