import ScripCore
import ScripJSON
import Yams

/// A place in a document, such as a catalog: its value, and its name for error messages.
package struct DocumentNode {
    let node: Node
    package let path: String

    /// Whether names and values stand here.
    var isMapping: Bool {
        if case .mapping = node { true } else { false }
    }

    /// Whether a certain word stands here.
    func isWord(_ word: String) -> Bool {
        if case .scalar(let scalar) = node { scalar.string == word } else { false }
    }

    /// What is wrong here.
    package func problem(_ message: String) -> CatalogProblem {
        CatalogProblem(line: node.mark?.line, path: path, message: message)
    }

    /// The members of a mapping, none of them unknown and none twice.
    package func members(_ allowed: [String]) throws(CatalogProblem) -> [String: DocumentNode] {
        guard case .mapping(let mapping) = node else { throw problem("must be a mapping of names to values") }
        var members: [String: DocumentNode] = [:]
        for (key, value) in mapping {
            guard let name = key.string else { throw problem("has a name that is not text") }
            let line = key.mark?.line
            let place = path.isEmpty ? name : "\(path).\(name)"
            if !allowed.contains(name) {
                let hint = Spelling.nearest(to: name, among: allowed).map { "; did you mean '\($0)'?" } ?? ""
                throw CatalogProblem(line: line, path: place, message: "is not a key that is known here\(hint)")
            }
            if members[name] != nil { throw CatalogProblem(line: line, path: place, message: "appears twice") }
            members[name] = DocumentNode(node: value, path: place)
        }
        return members
    }

    /// The elements of a list.
    package func elements(most: Int) throws(CatalogProblem) -> [DocumentNode] {
        guard case .sequence(let sequence) = node else { throw problem("must be a list") }
        if sequence.count > most { throw problem("may have at most \(most) elements") }
        return sequence.enumerated().map { DocumentNode(node: $1, path: "\(path)[\($0)]") }
    }

    /// A text of limited length.
    package func text(maxBytes: Int = 255) throws(CatalogProblem) -> String {
        guard case .scalar(let scalar) = node, !scalar.string.isEmpty, scalar.string.utf8.count <= maxBytes else {
            throw problem("must be a text of 1 to \(maxBytes) bytes")
        }
        if scalar.style == .plain && ["null", "Null", "NULL", "~"].contains(scalar.string) {
            throw problem("must be a text, not null: leave it out, or put it in quotes to use the word null")
        }
        if scalar.string.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw problem("must be a text without control characters")
        }
        return scalar.string
    }

    /// An id.
    func identifier<ID: TextIdentifier>(_ type: ID.Type = ID.self) throws(CatalogProblem) -> ID {
        guard let id = ID(try text()) else {
            throw problem("must be an id of 1 to \(ID.longestByteCount) bytes without spaces at its ends")
        }
        return id
    }

    /// A decimal number, quoted or plain; its text is read, and no float is ever made of it.
    private func decimalText() throws(CatalogProblem) -> String {
        guard case .scalar(let scalar) = node else { throw problem("must be a decimal number") }
        if scalar.style == .plain {
            if let whole = Int64(scalar.string) {
                try requirePlainSpelling(of: whole, scalar.string)
            } else if let plain = DecimalText.plain(scalar.string) {
                // Some readers take 010.5 for a text.
                if scalar.string.firstMatch(of: /^-?0[0-9]/) != nil {
                    throw problem("must be written without a leading 0 or sign, as in \(plain)")
                }
                return plain
            }
        }
        return scalar.string
    }

    /// Makes sure that a whole number means the same to every reader: some take `010` for 8.
    private func requirePlainSpelling(of whole: Int64, _ text: String) throws(CatalogProblem) {
        if String(whole) == text { return }
        throw problem("must be written without a leading 0 or sign, as in \(whole)")
    }

    /// An amount of credits, 0 or more.
    func credits() throws(CatalogProblem) -> Credits {
        guard let credits = Credits(try decimalText()), !credits.isNegative, credits <= Credits.largestMovement else {
            throw problem("must be an amount from 0 to 1000000000 with at most 9 digits after the point")
        }
        return credits
    }

    /// An amount of dollars, 0 or more.
    func dollars() throws(CatalogProblem) -> Dollars {
        guard let dollars = Dollars(try decimalText()), dollars >= .zero else {
            throw problem("must be an amount of dollars with at most 18 digits after the point")
        }
        return dollars
    }

    /// A factor.
    func markup() throws(CatalogProblem) -> Markup {
        guard let markup = Markup(try decimalText()) else {
            throw problem("must be a factor from 0 to 1000 with at most 6 digits after the point, or a fraction n/d")
        }
        return markup
    }

    /// A whole number in a range.
    package func integer(in range: ClosedRange<Int64>) throws(CatalogProblem) -> Int64 {
        guard case .scalar(let scalar) = node, let value = Int64(scalar.string), range.contains(value) else {
            throw problem("must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        try requirePlainSpelling(of: value, scalar.string)
        return value
    }

    /// A truth value. YAML's other words for one, such as `yes`, mean different things to different readers.
    package func truth() throws(CatalogProblem) -> Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain, ["true", "false"].contains(scalar.string) else {
            throw problem("must be true or false")
        }
        return scalar.string == "true"
    }

    /// One of some words.
    package func word<Word: RawRepresentable<String> & CaseIterable>(
        _ type: Word.Type = Word.self
    ) throws(CatalogProblem) -> Word {
        let text = try text()
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue)
            let hint = Spelling.nearest(to: text, among: words).map { "; did you mean '\($0)'?" } ?? ""
            throw problem("must be one of \(words.joined(separator: ", "))\(hint)")
        }
        return word
    }
}

extension [String: DocumentNode] {
    /// A member that must be there.
    package func required(_ name: String, of parent: DocumentNode) throws(CatalogProblem) -> DocumentNode {
        guard let member = self[name] else { throw parent.problem("needs '\(name)'") }
        return member
    }
}
