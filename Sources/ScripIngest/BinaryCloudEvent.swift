import Foundation
import ScripJSON

/// A CloudEvent whose attributes are headers and whose data is the body, put together as the JSON event format has it.
struct BinaryCloudEvent {
    private(set) var event: JSONValue
    /// What is wrong already.
    private(set) var issue: IngestIssue?

    init(headers: [(name: String, value: String)], body: [UInt8]) {
        var members = EventMembers()
        var issue: IngestIssue?
        for header in headers {
            let header = (name: header.name.lowercased(), value: header.value)
            let name = header.name == "content-type" ? "datacontenttype" : String(header.name.dropFirst(3))
            guard header.name == "content-type" || header.name.hasPrefix("ce-"), !name.isEmpty else { continue }
            if ["ce-data", "ce-data_base64", "ce-datacontenttype"].contains(header.name) {
                issue = issue ?? IngestIssue("#/\(name)", .conflict, "is not allowed as a header")
            } else if members[name] != nil {
                issue = issue ?? IngestIssue("#/\(name)", .conflict, "is there twice")
            } else if header.name == "content-type" {
                members[name] = .string(header.value)
            } else if let value = BinaryCloudEvent.decoded(header.value) {
                members[name] = .string(value)
            } else {
                members[name] = .string(header.value)
                issue = issue ?? IngestIssue("#/\(name)", .malformed, "must be percent-encoded UTF-8")
            }
        }
        if !body.isEmpty {
            let isJSON = members["datacontenttype"]?.stringValue.map { MediaType($0).isJSON } ?? true
            do {
                members["data"] = isJSON ? try JSONValue.parse(body) : nil
            } catch {
                issue = issue ?? IngestIssue("#/data_base64", .malformed, "must hold JSON: \(error)")
            }
            if members["data"] == nil { members["data_base64"] = .string(Data(body).base64EncodedString()) }
        }
        event = .object(JSONObject(members.members))
        self.issue = issue
    }

    /// Undoes quotes (RFC 7230 §3.2.6) and then percent-encoding, as §3.1.3.2 of the HTTP binding has it.
    private static func decoded(_ value: String) -> String? {
        guard let bytes = unquoted(Array(value.utf8)) else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            if bytes[position] != UInt8(ascii: "%") {
                result.append(bytes[position])
                position += 1
                continue
            }
            guard position + 2 < bytes.count, let high = TraceIdentifier.digit(bytes[position + 1]),
                let low = TraceIdentifier.digit(bytes[position + 2])
            else { return nil }
            result.append(high << 4 | low)
            position += 3
        }
        return String(validating: result, as: UTF8.self)
    }

    private static func unquoted(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.contains(UInt8(ascii: "\"")) else { return bytes }
        var result: [UInt8] = []
        var isQuoted = false
        var isEscaped = false
        for byte in bytes {
            if isEscaped {
                result.append(byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if isQuoted, byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                result.append(byte)
            }
        }
        return isQuoted || isEscaped ? nil : result
    }
}
