extension String {
    /// The names under which the price of a variant is listed, the most exact first; none for a name that is no
    /// variant.
    ///
    /// - A fine-tuned model, `ft:BASE:org:name:id`, OpenAI's older `BASE:ft-org-date` and Azure's `BASE.ft-id`, has the
    ///   price listed as `ft:BASE`, never that of its base.
    /// - OpenRouter's `:nitro`, `:floor`, `:exacto`, `:online`, `:thinking`, `:beta` and `:extended` choose who answers
    ///   or how; the tokens cost what the model's own cost. `:free` is another price, and none of these.
    /// - `MODEL@preset/NAME` is OpenRouter's way to name settings; the model is what stands before.
    /// - Routers write `claude-sonnet-4.5` for Anthropic's `claude-sonnet-4-5`.
    var withoutVariants: [String] {
        if let base = fineTunedBase { return ["ft:\(base)"] }
        var names: [String] = []
        var name = self
        if let preset = name.firstRange(of: "@preset/"), preset.lowerBound != name.startIndex {
            name = String(name[..<preset.lowerBound])
            names.append(name)
        }
        if let mark = name.lastIndex(of: ":"), mark != name.startIndex,
            String.routings.contains(String(name[name.index(after: mark)...]))
        {
            name = String(name[..<mark])
            names.append(name)
        }
        if name.contains("claude"), name.contains(".") {
            let dashed = name.dashedVersions
            if dashed != name { names.append(dashed) }
        }
        return names
    }

    private static let routings: Set<String> = ["nitro", "floor", "exacto", "online", "thinking", "beta", "extended"]

    private var fineTunedBase: String? {
        if hasPrefix("ft:") {
            let parts = split(separator: ":", omittingEmptySubsequences: false)
            return parts.count > 2 && !parts[1].isEmpty ? String(parts[1]) : nil
        }
        for mark in [":ft-", ".ft-"] {
            if let place = firstRange(of: mark), place.lowerBound != startIndex {
                return String(self[..<place.lowerBound])
            }
        }
        return nil
    }

    /// With `-` for each `.` between two digits.
    private var dashedVersions: String {
        var result = ""
        var before: Character = " "
        let characters = Array(self)
        for (index, character) in characters.enumerated() {
            let after: Character = index + 1 < characters.count ? characters[index + 1] : " "
            result.append(character == "." && before.isNumber && after.isNumber ? "-" : character)
            before = character
        }
        return result
    }
}

extension ModelPrice {
    /// The price of a variant for which OpenRouter asks nothing, `MODEL:free`; `nil` for every other name.
    static func free(provider: String?, model: String) -> ModelPrice? {
        let isRouted = provider.map { ModelProviderName.canonical($0) == "openrouter" } ?? model.contains("/")
        guard isRouted, model.lowercased().hasSuffix(":free"), model.utf8.count > 5 else { return nil }
        return ModelPrice(provider: "openrouter", id: model, prices: TokenPrices(input: .zero, output: .zero))
    }
}
