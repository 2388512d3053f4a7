/// The spellings by which a model may be listed, the most exact first.
///
/// Providers' own documentation names the forms: Bedrock's `us.anthropic.claude-sonnet-4-5-20250929-v1:0`, Vertex AI's
/// `claude-sonnet-4-5@20250929` and `publishers/google/models/…`, Gemini's `models/…`, dated names such as
/// `gpt-5-2025-08-07`, and `-latest`. Fine-tuned models and variants of routers: see ``Swift/String/withoutVariants``.
struct ModelNames {
    /// One way to look for a model.
    struct Spelling: Hashable {
        /// The provider in its canonical spelling; `nil` for whoever has the model.
        var provider: String?
        /// The name in small letters.
        var model: String
    }

    private var spellings: [Spelling]
    private var position = 0
    private var isExpanded = false

    init(provider: String?, model: String) {
        spellings = [
            Spelling(provider: provider.map { ModelProviderName.canonical($0) }, model: model.lowercased())
        ]
        // A known provider before a slash is more telling than a name that some other provider happens to list.
        if provider == nil && model.utf8.contains(UInt8(ascii: "/")) { expand() }
    }

    /// The next spelling to try. All but the first, which is the name as it was given, are made only when needed.
    mutating func next() -> Spelling? {
        if position == spellings.count && !isExpanded { expand() }
        guard position < spellings.count else { return nil }
        defer { position += 1 }
        return spellings[position]
    }

    private mutating func expand() {
        isExpanded = true
        guard let given = spellings.first else { return }
        var exact: [Spelling] = []
        ModelNames.readings(of: given, into: &exact)
        for model in given.model.withoutVariants {
            ModelNames.readings(of: Spelling(provider: given.provider, model: model), into: &exact)
        }
        var all: [Spelling] = []
        for spelling in exact + exact.compactMap(\.undated) where !all.contains(spelling) { all.append(spelling) }
        spellings = all
    }

    /// All readings of a spelling without touching its date, the most exact first.
    private static func readings(of given: Spelling, into all: inout [Spelling], depth: Int = 0) {
        if depth > 4 || all.contains(given) { return }
        var possible: [Spelling] = []
        if given.provider == nil, let (word, rest) = given.model.firstPart(before: "/") {
            let provider = ModelProviderName.canonical(word)
            if ModelProviderName.isKnown(provider) {
                readings(of: Spelling(provider: provider, model: rest), into: &all, depth: depth + 1)
                all.append(Spelling(provider: provider, model: given.model))
            } else {
                possible = [rest, given.model].map { Spelling(provider: provider, model: $0) }
            }
        }
        all.append(given)
        all += possible
        guard let provider = given.provider else {
            if let model = bedrockModel(given.model) {
                readings(of: Spelling(provider: "bedrock", model: model), into: &all, depth: depth + 1)
            }
            for model in paths(given.model) {
                readings(of: Spelling(provider: nil, model: model), into: &all, depth: depth + 1)
            }
            if let model = vertexDate(given.model) { all.append(Spelling(provider: nil, model: model)) }
            return
        }
        if let (word, rest) = given.model.firstPart(before: "/") {
            let prefix = ModelProviderName.canonical(word)
            if prefix == provider {
                readings(of: Spelling(provider: provider, model: rest), into: &all, depth: depth + 1)
            } else if ModelProviderName.relays.contains(provider) && ModelProviderName.isKnown(prefix) {
                readings(of: Spelling(provider: prefix, model: rest), into: &all, depth: depth + 1)
            }
        }
        for model in paths(given.model) {
            readings(of: Spelling(provider: provider, model: model), into: &all, depth: depth + 1)
        }
        if provider == "bedrock" { bedrock(given.model, into: &all) }
        if let model = vertexDate(given.model) {
            readings(of: Spelling(provider: provider, model: model), into: &all, depth: depth + 1)
        }
        for maker in ModelProviderName.makers(behind: provider) {
            all.append(Spelling(provider: maker, model: given.model))
        }
    }

    private static let bedrockVendors = [
        "anthropic", "amazon", "meta", "mistral", "cohere", "ai21", "deepseek", "openai", "qwen", "stability", "writer",
        "moonshot", "moonshotai", "minimax", "zai", "google", "nvidia", "twelvelabs", "luma",
    ]
    private static let bedrockAreas = [
        "us", "us-gov", "eu", "apac", "ap", "jp", "au", "ca", "sa", "me", "af", "global",
    ]

    /// A Bedrock id of the form `vendor.model`, without the area of an inference profile; `nil` for other names.
    private static func bedrockModel(_ name: String) -> String? {
        guard let (word, rest) = name.firstPart(before: ".") else { return nil }
        if bedrockVendors.contains(word) { return name }
        if bedrockAreas.contains(word), let (vendor, _) = rest.firstPart(before: "."), bedrockVendors.contains(vendor) {
            return name
        }
        return nil
    }

    /// Readings of a Bedrock id: without the area, then at the maker without vendor and version.
    private static func bedrock(_ name: String, into all: inout [Spelling]) {
        var name = name
        if let (word, rest) = name.firstPart(before: "/"), word.contains("-") || word == "converse" || word == "invoke"
        {
            name = rest
            all.append(Spelling(provider: "bedrock", model: name))
        }
        if let (word, rest) = name.firstPart(before: "."), bedrockAreas.contains(word) {
            // An area may cost more than none: its own price without a version comes first.
            let unversioned = name.withoutBedrockVersion
            if unversioned != name { all.append(Spelling(provider: "bedrock", model: unversioned)) }
            name = rest
            all.append(Spelling(provider: "bedrock", model: name))
        }
        let unversioned = name.withoutBedrockVersion
        if unversioned != name { all.append(Spelling(provider: "bedrock", model: unversioned)) }
        guard let (vendor, rest) = unversioned.firstPart(before: "."), bedrockVendors.contains(vendor) else { return }
        all.append(Spelling(provider: "bedrock", model: rest))
        all.append(Spelling(provider: ModelProviderName.canonical(vendor), model: rest))
    }

    /// What remains of resource names: `models/m`, `publishers/p/models/m`, `projects/…/publishers/p/models/m`, and
    /// Bedrock's `arn:…/m`.
    private static func paths(_ name: String) -> [String] {
        let parts = name.split(separator: "/", omittingEmptySubsequences: true)
        guard parts.count >= 2, let last = parts.last else { return [] }
        let isResource = parts[parts.count - 2] == "models" && (parts.count == 2 || parts.contains("publishers"))
        return isResource || name.hasPrefix("arn:") ? [String(last)] : []
    }

    /// Vertex AI's `model@date` in the form `model-date`.
    private static func vertexDate(_ name: String) -> String? {
        guard let (model, date) = name.firstPart(before: "@") else { return nil }
        return date == "default" || date == "latest" ? model : "\(model)-\(date)"
    }
}

extension ModelNames.Spelling {
    /// The name without `-latest` or a date at its end; `nil` when it has neither.
    fileprivate var undated: ModelNames.Spelling? {
        var name = self
        if model.hasSuffix("-latest") {
            name.model = String(model.dropLast(7))
        } else if model.endsInDate("-dddd-dd-dd") {
            name.model = String(model.dropLast(11))
        } else if model.endsInDate("-dddddddd") {
            name.model = String(model.dropLast(9))
        } else if let (plain, _) = model.firstPart(before: "@") {
            name.model = plain
        } else {
            return nil
        }
        return name.model.isEmpty ? nil : name
    }
}

extension String {
    fileprivate func firstPart(before mark: Unicode.Scalar) -> (String, String)? {
        guard let place = utf8.firstIndex(of: UInt8(ascii: mark)) else { return nil }
        let rest = self[utf8.index(after: place)...]
        return place == startIndex || rest.isEmpty ? nil : (String(self[..<place]), String(rest))
    }

    /// Without `-v1:0` or `-v2` at the end.
    fileprivate var withoutBedrockVersion: String {
        let isMark: (Character) -> Bool = { $0.isASCII && ($0.isNumber || $0.isLowercase || $0 == ":") }
        guard let place = lastIndex(of: "-"), place != startIndex else { return self }
        let version = self[index(after: place)...]
        guard version.first == "v", version.dropFirst().first?.isNumber ?? false, version.allSatisfy(isMark) else {
            return self
        }
        return String(self[..<place])
    }

    /// Whether the end looks like a form in which each `d` stands for a digit, and is a date of this century.
    fileprivate func endsInDate(_ form: String) -> Bool {
        guard utf8.count > form.utf8.count else { return false }
        let end = utf8.suffix(form.utf8.count)
        let matches = zip(end, form.utf8).allSatisfy { byte, mark in
            mark == UInt8(ascii: "d") ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) : byte == mark
        }
        return matches && end.dropFirst().starts(with: "20".utf8)
    }
}
