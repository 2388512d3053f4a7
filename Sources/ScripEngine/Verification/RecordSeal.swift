import ScripCore

/// What stands for a record that no journal repeats, kept apart from it: a digest of everything it says.
///
/// Journals and audit logs carry their own digests. Keys, purchases, prices and whatever else decides about money or
/// access is sealed, so that a record that was changed or removed in any other way than by Scrip is noticed.
public struct RecordSeal: Sendable, Hashable {
    /// The kinds of records that are sealed.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Names and addresses of the people behind an account. Nothing stands for an empty one.
        case profile
        /// A version of the catalog; its seal goes over the one of the version before.
        case catalog
        /// A price book with its document.
        case priceBook = "price_book"
        /// An API key.
        case apiKey = "api_key"
        /// A key that session tokens are signed with.
        case signingKey = "signing_key"
        /// Usage that could not be recorded or priced.
        case trackingFailure = "tracking_failure"
        /// A purchase.
        case purchase
        /// Whose purchase a payment provider's id belongs to.
        case purchaseReference = "purchase_reference"
        /// What ties an account to a payment provider.
        case billingProfile = "billing_profile"
        /// A payment provider's message that was dealt with.
        case paymentMessage = "provider_event"
        /// Which accounts SQL shows to tokens of an issuer, where a store keeps that.
        case issuer
    }

    /// The kind of the record.
    public var kind: Kind
    /// The record's name among those of its kind.
    public var id: String
    /// The digest of what it says.
    public var digest: Digest

    /// Makes the seal of one record.
    public init(kind: Kind, id: String, digest: Digest) {
        self.kind = kind
        self.id = id
        self.digest = digest
    }

    /// The name of a record that needs two words, of which the first has no space.
    static func id(_ first: String, _ second: String) -> String { "\(first) \(second)" }

    /// The two words of such a name.
    static func words(of id: String) -> (first: String, second: String)? {
        guard let space = id.utf8.firstIndex(of: UInt8(ascii: " ")) else { return nil }
        return (String(id[..<space]), String(id[id.utf8.index(after: space)...]))
    }
}

/// Fields of a record, one after the other, as they are sealed. Absent ones leave no trace, so that a field that later
/// versions add does not change the seals of records that do not have it.
struct SealedFields {
    private(set) var names: [String] = []
    private var bytes: [UInt8] = []

    mutating func add(_ name: String, _ text: String?) {
        names.append(name)
        if let text { append(name, text) }
    }

    mutating func add(_ name: String, _ number: Int64?) { add(name, number.map { String($0) }) }

    mutating func add(_ name: String, _ moment: Timestamp?) { add(name, moment?.microseconds) }

    mutating func add(_ name: String, _ digest: Digest?) { add(name, digest?.description) }

    mutating func add(_ name: String, _ list: [String]) {
        names.append(name)
        for element in list { append(name, element) }
    }

    private mutating func append(_ name: String, _ text: String) {
        // PostgreSQL keeps the picture of U+0000 in its stead.
        let value = text.utf8.contains(0) ? Array(text.replacing("\0", with: "\u{2400}").utf8) : Array(text.utf8)
        bytes += Array("\(name) \(value.count) ".utf8) + value
    }

    var digest: Digest { Digest(of: bytes) }
}
