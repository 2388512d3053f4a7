import Foundation

/// A name that an issuer gives a user or an organisation, checked before anything is put in front of it.
///
/// With a prefix before it, even an empty name would be the id of an account, and of one account for all who have none.
struct Subject: Sendable, Hashable {
    /// The most bytes a name may have.
    static let maxBytes = 255

    /// The name.
    let text: String

    /// Checks a name; `nil` when it is empty, blank or too long, has control or invisible characters or white space
    /// around it, or is not written as Unicode composes it: other spellings that look the same would be other accounts.
    init?(_ text: String) {
        guard !text.isEmpty, text.utf8.count <= Subject.maxBytes, Subject.isComposed(text) else { return nil }
        for character in text.unicodeScalars {
            switch character.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                return nil
            default: break
            }
            if character.properties.isDefaultIgnorableCodePoint { return nil }
        }
        func isSpace(_ character: Unicode.Scalar?) -> Bool { character?.properties.isWhitespace ?? true }
        if isSpace(text.unicodeScalars.first) || isSpace(text.unicodeScalars.last) { return nil }
        self.text = text
    }

    /// Whether a text is written as Unicode composes it (NFC), byte by byte.
    static func isComposed(_ text: String) -> Bool {
        text.utf8.elementsEqual(text.precomposedStringWithCanonicalMapping.utf8)
    }
}
