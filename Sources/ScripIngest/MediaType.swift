/// What a media type says without its parameters.
struct MediaType: Hashable {
    /// Type and subtype in lower case.
    var essence: String

    init(_ text: String) {
        let part = text.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        let space: Set<UInt8> = [0x20, 0x09]
        var bytes = Array(part.utf8.drop { space.contains($0) })
        while let last = bytes.last, space.contains(last) { bytes.removeLast() }
        essence = String(decoding: bytes, as: UTF8.self).lowercased()
    }

    /// Whether it is JSON, by the rule of the CloudEvents JSON format: the subtype is `json` or ends in `+json`.
    var isJSON: Bool {
        let parts = essence.split(separator: "/", maxSplits: 1)
        return parts.count == 2 && (parts[1] == "json" || parts[1].hasSuffix("+json"))
    }
}
