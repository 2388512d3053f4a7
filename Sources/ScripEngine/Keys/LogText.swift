/// Makes text from outside safe for the server's log.
public enum LogText {
    /// The same text on one line, with what would begin a line, move the cursor or turn letters around written out as
    /// `\u{A}`: nobody outside writes lines of their own into the log.
    public static func plain(_ text: String) -> String {
        if !text.unicodeScalars.contains(where: isActive) { return text }
        var plain = ""
        for scalar in text.unicodeScalars {
            if isActive(scalar) {
                plain += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                plain.unicodeScalars.append(scalar)
            }
        }
        return plain
    }

    private static func isActive(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
