import ScripCore
import ScripJSON

/// Metadata of usage that happened and that is larger or deeper than an entry keeps.
///
/// The usage is to be charged whatever its app says beside it, so as much of the metadata is kept as there is room for,
/// and `metadata_cut` says so. Long texts are cut before any member is left out.
enum CutMetadata {
    private static let mark = JSONObject.Member(name: "metadata_cut", value: .bool(true))

    /// An event with metadata that can be kept; the event itself where nothing needs to be cut.
    static func cut(in event: JSONValue) -> JSONValue {
        guard let object = event.objectValue, let metadata = object["metadata"]?.objectValue else { return event }
        if size(.object(metadata)) <= Limits.metadataBytes && depth(.object(metadata)) <= Limits.metadataDepth {
            return event
        }
        var kept: [JSONObject.Member] = []
        // An object's two brackets, and a comma behind each member.
        var left = Limits.metadataBytes - 2 - size(.object(JSONObject([mark])))
        for member in metadata.members.map({ shortened($0) }) {
            let bytes = size(.object(JSONObject([member])))
            if bytes > left || depth(member.value) >= Limits.metadataDepth || member.name == mark.name { continue }
            left -= bytes
            kept.append(member)
        }
        let members = object.members.map { member in
            member.name == "metadata"
                ? JSONObject.Member(name: member.name, value: .object(JSONObject(kept + [mark]))) : member
        }
        return .object(JSONObject(members))
    }

    /// No text of metadata that is cut has more bytes.
    private static let maxTextBytes = 512

    /// A member whose long texts end early, with a mark.
    private static func shortened(_ member: JSONObject.Member) -> JSONObject.Member {
        JSONObject.Member(name: member.name, value: shortened(member.value))
    }

    private static func shortened(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text) where text.utf8.count > maxTextBytes: .string(beginning(of: text))
        case .array(let elements): .array(elements.map { shortened($0) })
        case .object(let object): .object(JSONObject(object.members.map { shortened($0) }))
        default: value
        }
    }

    private static func beginning(of text: String) -> String {
        var kept = ""
        var left = maxTextBytes - "…".utf8.count
        for scalar in text.unicodeScalars {
            left -= String(scalar).utf8.count
            if left < 0 { break }
            kept.unicodeScalars.append(scalar)
        }
        return kept + "…"
    }

    private static func size(_ value: JSONValue) -> Int {
        var writer = JSONWriter()
        writer.value(value)
        return writer.bytes.count
    }

    private static func depth(_ value: JSONValue) -> Int {
        switch value {
        case .array(let elements): 1 + (elements.map { depth($0) }.max() ?? 0)
        case .object(let object): 1 + (object.members.map { depth($0.value) }.max() ?? 0)
        default: 0
        }
    }
}
