import ScripCore
import ScripJSON

/// A price book with the text that stands for it: compact JSON with the members of objects in order of their names, so
/// that books which say the same have the same digest however they were written.
public struct PriceBookDocument: Sendable, Hashable {
    /// The book.
    public let book: PriceBook
    /// The canonical text.
    public let text: String
    /// The digest of the text.
    public let digest: Digest

    /// The most bytes that are read.
    public static let maxBytes = 64 * 1_048_576

    private static let keys = ["source", "date", "licence", "models"]

    /// Reads `{"source": …, "date": "2026-11-21", "licence": …, "models": […]}`.
    /// - Throws: ``PriceBookProblem`` naming the model and the field of the first thing that is wrong.
    public init(_ bytes: [UInt8]) throws(PriceBookProblem) {
        if bytes.count > PriceBookDocument.maxBytes {
            throw PriceBookProblem(field: "", rule: "may have at most \(PriceBookDocument.maxBytes) bytes")
        }
        let json: JSONValue
        do {
            json = try JSONValue.parse(bytes)
        } catch {
            throw PriceBookProblem(field: "", rule: "the price book is not JSON: \(error)")
        }
        for member in json.objectValue?.members ?? [] where !PriceBookDocument.keys.contains(member.name) {
            throw PriceBookProblem(
                field: member.name,
                rule: "is not a key of a price book; the keys are \(PriceBookDocument.keys.joined(separator: ", "))"
            )
        }
        book = try PriceBook(json: json)
        if book.isEmpty { throw PriceBookProblem(field: "models", rule: "must have at least one element") }
        for (field, text) in [("source", book.source), ("licence", book.licence)] where text.utf8.count > 1_024 {
            throw PriceBookProblem(field: field, rule: "may have at most 1024 bytes")
        }
        if book.source.isEmpty { throw PriceBookProblem(field: "source", rule: "must say where the prices come from") }
        if !PriceBookDocument.isDay(book.date) {
            throw PriceBookProblem(field: "date", rule: "must be a day such as 2026-11-21")
        }
        let canonical = PriceBookDocument.canonical(json)
        text = String(decoding: canonical, as: UTF8.self)
        digest = Digest(of: canonical)
    }

    private static func isDay(_ text: String) -> Bool {
        guard let match = text.wholeMatch(of: /(\d{4})-(\d\d)-(\d\d)/.asciiOnlyDigits()),
            let year = Int(match.1), let month = Int(match.2), let day = Int(match.3), year >= 1970
        else { return false }
        return (1...12).contains(month) && (1...CivilTime.daysInMonth(year: year, month: month)).contains(day)
    }

    private static func canonical(_ json: JSONValue) -> [UInt8] {
        var writer = JSONWriter(capacity: 1_048_576)
        writer.value(sorted(json))
        return writer.bytes
    }

    private static func sorted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements): .array(elements.map(sorted))
        case .object(let object):
            .object(
                JSONObject(
                    object.members.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
                        .map { JSONObject.Member(name: $0.name, value: sorted($0.value)) }
                )
            )
        default: value
        }
    }

    /// What a store keeps beside the text.
    func stored(recordedAt: Timestamp, actor: String?) -> StoredPriceBook {
        StoredPriceBook(
            digest: digest, source: book.source, date: book.date, licence: book.licence, recordedAt: recordedAt,
            actor: actor
        )
    }
}
