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

    /// The book as JSON.
    public static var bytes: [UInt8] { ShippedPrices.text.withUTF8Buffer { Array($0) } }

    private static func read() throws(PriceBookProblem) -> PriceBook {
        let json: JSONValue
        do {
            json = try JSONValue.parse(bytes)
        } catch {
            throw PriceBookProblem(field: "", rule: "the shipped price book is not JSON: \(error)")
        }
        return try PriceBook(json: json)
    }
}
