import Foundation
import ScripCore
import ScripJSON
import Testing

/// A usage and what a package says it costs.
struct PriceCase {
    var usage: Usage
    var moment: Timestamp
    /// The cost in dollars, as the package printed it.
    var expected: String
    /// The line of the file, to tell which case failed.
    var line: String

    /// The folder of the cases: those kept in the repository, or others named by `SCRIP_PRICE_CASES`.
    static var folder: URL {
        if let other = ProcessInfo.processInfo.environment["SCRIP_PRICE_CASES"] { return URL(fileURLWithPath: other) }
        return URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Data/Prices")
    }

    static func json(_ name: String) throws -> JSONValue {
        try JSONValue.parse([UInt8](Data(contentsOf: folder.appendingPathComponent(name))))
    }

    static func all(in name: String) throws -> [PriceCase] {
        let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
        return try text.split(separator: "\n").map { line in
            let json = try JSONValue.parse([UInt8](line.utf8))
            var usage = Usage()
            usage.provider = try #require(json["provider"]?.stringValue)
            usage.model = try #require(json["model"]?.stringValue)
            usage.serviceTier = json["service_tier"]?.stringValue
            usage.geography = json["geography"]?.stringValue
            usage.speed = json["speed"]?.stringValue
            for member in try #require(json["usage"]?.objectValue).members {
                let count: Int64 = try #require(member.value.integerValue)
                usage.counts[member.name] = Quantity(count)
            }
            var moment = Timestamp(microseconds: 1_795_000_000_000_000)
            if let text = json["at"]?.stringValue {
                let date = try Date(text, strategy: .iso8601)
                moment = Timestamp(microseconds: Int64(date.timeIntervalSince1970) * 1_000_000)
            }
            return PriceCase(
                usage: usage, moment: moment, expected: try #require(json["usd"]?.stringValue), line: String(line)
            )
        }
    }
}

extension Catalog {
    /// A catalog that knows nothing but the prices of a book.
    init(pricedBy book: PriceBook) {
        self.init(creditTypes: [], defaultPlan: nil, plans: [], actions: [], book: book)
    }
}
