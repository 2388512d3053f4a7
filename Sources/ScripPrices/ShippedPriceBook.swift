import ScripCore
import ScripJSON

/// The price book that comes with this version of Scrip; `LICENSE-DATA.md` names its sources.
public enum ShippedPriceBook {
    private static let shipped = Result { () throws(PriceBookProblem) in try read() }

    /// The book, read on first use and kept.
    /// - Throws: ``PriceBookProblem`` when this version was built with a book that is wrong.
    public static func book() throws(PriceBookProblem) -> PriceBook {
        try shipped.get()
    }

    private static func read() throws(PriceBookProblem) -> PriceBook {
        let json: JSONValue
        do {
            json = try JSONValue.parse(ShippedPrices.text.withUTF8Buffer { Array($0) })
        } catch {
            throw PriceBookProblem(field: "", rule: "the shipped price book is not JSON: \(error)")
        }
        return try PriceBook(json: json)
    }
}
