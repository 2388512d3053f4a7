/// The text formats in which metrics are shown.
public enum ExpositionFormat: Sendable, Hashable, CaseIterable {
    /// Prometheus' text format 0.0.4.
    case text
    /// OpenMetrics 1.0.0.
    case openMetrics

    /// The media type to send.
    public var contentType: String {
        switch self {
        case .text: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// The format that suits a caller best: OpenMetrics only if it is asked for by name, in a version that is known, and
    /// at least as much as plain text.
    /// - Parameter accept: the request's `Accept`, if any (RFC 9110, section 12.5.1).
    public static func preferred(by accept: String?) -> ExpositionFormat {
        guard let accept else { return .text }
        var (openMetrics, text) = (0.0, 0.0)
        for range in accept.split(separator: ",").prefix(32).map(MediaRange.init) {
            switch range.type {
            case "application/openmetrics-text" where ["1.0.0", nil].contains(range.version):
                openMetrics = max(openMetrics, range.weight)
            case "text/plain": text = max(text, range.weight)
            default: break
            }
        }
        return openMetrics > 0 && openMetrics >= text ? .openMetrics : .text
    }
}

/// One of the media types that a caller takes.
private struct MediaRange {
    let type: String
    private(set) var version: String?
    private(set) var weight = 1.0

    init(_ text: Substring) {
        var parts = text.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
        type = parts.isEmpty ? "" : parts.removeFirst()
        for part in parts {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { continue }
            switch pair[0] {
            case "version": version = pair[1].filter { $0 != "\"" }
            case "q": weight = Double(pair[1]).map { $0.isFinite ? min(max($0, 0), 1) : 0 } ?? 0
            default: break
            }
        }
    }
}
