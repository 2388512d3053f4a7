import ScripCore
import ScripEngine
import ScripJSON
import ScripPrices

/// Where the command line finds prices of models.
enum PriceSource {
    /// A price book in a file, else the catalog in force. Without a database, it is the price book shipped with
    /// Scrip. Prices that are not from a database's catalog have version 0.
    static func catalog(book file: String? = nil, database: DatabaseOptions) async throws -> Catalog {
        if let file { return only(try book(in: file)) }
        let kept = try await database.withEngineIfAny { engine in
            let now = engine.clock.now()
            return try await engine.catalogs(pricingFrom: now).inForce(at: now)
        }
        if let kept { return kept }
        return only(try ShippedPriceBook.book())
    }

    private static func only(_ book: PriceBook) -> Catalog {
        Catalog(creditTypes: [], defaultPlan: nil, plans: [], actions: [], book: book)
    }

    /// Reads a price book from a file or standard input.
    static func book(in file: String) throws -> PriceBook {
        let bytes = try document(in: file)
        let json: JSONValue
        do {
            json = try JSONValue.parse(bytes)
        } catch {
            throw PriceBookProblem(field: "", rule: "it is not JSON: \(error)")
        }
        return try PriceBook(json: json)
    }

    /// Reads a price book from a file or standard input. Reads one byte too many, so that a book too large is noticed.
    static func document(in file: String) throws -> [UInt8] {
        try InputFile.bytes(of: file, maxBytes: PriceBookDocument.maxBytes + 1)
    }
}
