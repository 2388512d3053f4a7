/// A name given by a caller or a catalog: text with a limited length.
///
/// Names are their UTF-8 bytes, as databases keep them: two that look alike but are written with other bytes differ.
public protocol TextIdentifier: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The name itself.
    var rawValue: String { get }
    /// The most bytes of UTF-8 a name of this kind may have.
    static var longestByteCount: Int { get }
    /// Takes a text that is already known to be valid.
    init(unchecked rawValue: String)
}

extension TextIdentifier {
    /// Checks a text: not empty, not too long, no control characters and no leading or trailing space.
    ///
    /// Returns `nil` when a rule is broken.
    public init?(_ text: String) {
        let bytes = text.utf8
        guard !bytes.isEmpty, bytes.count <= Self.longestByteCount,
            !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }),
            bytes.first != UInt8(ascii: " "), bytes.last != UInt8(ascii: " ")
        else { return nil }
        self.init(unchecked: text)
    }

    /// The name itself.
    public var description: String { rawValue }

    /// Order of the names' UTF-8 bytes.
    public static func < (left: Self, right: Self) -> Bool {
        left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
    }

    /// Whether the names' UTF-8 bytes are the same.
    public static func == (left: Self, right: Self) -> Bool {
        left.rawValue.utf8.count == right.rawValue.utf8.count && left.rawValue.utf8.elementsEqual(right.rawValue.utf8)
    }

    /// Hashes the name's UTF-8 bytes.
    public func hash(into hasher: inout Hasher) {
        var name = rawValue
        name.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

/// The caller's own id of an account.
public struct AccountID: TextIdentifier {
    public static let longestByteCount = 255
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// The id of a credit type in the catalog, such as `credits`.
public struct CreditTypeID: TextIdentifier {
    public static let longestByteCount = 64
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// The id of a plan in the catalog, such as `free`.
public struct PlanID: TextIdentifier {
    public static let longestByteCount = 64
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}

/// The id of an action in the catalog, such as `ai_chat_message`.
public struct ActionID: TextIdentifier {
    public static let longestByteCount = 128
    public let rawValue: String
    public init(unchecked rawValue: String) { self.rawValue = rawValue }
}
