import ScripJSON

/// Python's text of a dictionary or a list (`repr`), which some instrumenters write where JSON belongs.
enum PythonLiteral {
    /// The value; `nil` for anything but dictionaries, lists, tuples, texts, numbers, `True`, `False` and `None`.
    static func value(_ text: String, maxBytes: Int) -> JSONValue? {
        guard text.utf8.count <= maxBytes, let json = json(text) else { return nil }
        return try? JSONValue.parse(json, depth: 16)
    }

    private static let words: [String: String] = ["None": "null", "True": "true", "False": "false"]

    private static func json(_ text: String) -> [UInt8]? {
        var json: [UInt8] = []
        var rest = Substring(text).unicodeScalars
        while let scalar = rest.first {
            switch scalar {
            case "'", "\"":
                guard let string = string(&rest) else { return nil }
                var writer = JSONWriter()
                writer.value(.string(string))
                json += writer.bytes
                continue
            case "(": json.append(UInt8(ascii: "["))
            case ")": json.append(UInt8(ascii: "]"))
            case "{", "}", "[", "]", ":", ",", " ", "-", "+", ".", "0"..."9", "e": json += Array(String(scalar).utf8)
            default:
                let word = String(rest.prefix { $0.properties.isAlphabetic })
                guard let other = words[word] else { return nil }
                json += Array(other.utf8)
                rest.removeFirst(word.unicodeScalars.count)
                continue
            }
            rest.removeFirst()
        }
        return json
    }

    /// Takes a quoted text; `nil` for escapes that no name and no number has.
    private static func string(_ rest: inout Substring.UnicodeScalarView) -> String? {
        let quote = rest.removeFirst()
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            if scalar == quote { return String(text) }
            guard scalar == "\\" else {
                text.append(scalar)
                continue
            }
            switch rest.popFirst() {
            case "n": text.append("\n")
            case "t": text.append("\t")
            case "r": text.append("\r")
            case let escaped? where ["'", "\"", "\\"].contains(escaped): text.append(escaped)
            default: return nil
            }
        }
        return nil
    }
}
