import Foundation
import ScripIngest
import ScripJSON
import Testing

/// Files that `Tests/Data/ingest/make` wrote.
enum Fixture {
    static func bytes(_ name: String) throws -> [UInt8] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return Array(try Data(contentsOf: folder.appendingPathComponent("Data/ingest/\(name)")))
    }

    static func traces(_ encoding: TraceEncoding) throws -> [UInt8] {
        try bytes(encoding == .json ? "traces.json" : "traces.pb")
    }

    /// A message of the CloudEvents SDK.
    static func message(_ name: String) throws -> (headers: [(name: String, value: String)], body: [UInt8]) {
        let message = try #require(try JSONValue.parse(bytes("cloudevents.json"))[name])
        let headers = try #require(message["headers"]?.objectValue).members.map {
            (name: $0.name, value: $0.value.stringValue ?? "")
        }
        return (headers, Array(try #require(message["body"]?.stringValue).utf8))
    }
}

/// Compact JSON.
func text(_ value: JSONValue?) -> String {
    var writer = JSONWriter()
    writer.value(value ?? .null)
    return String(decoding: writer.bytes, as: UTF8.self)
}

/// What went wrong, in short.
func failure(_ result: Result<IncomingEvent, IngestError>?) throws -> String {
    guard case .failure(let error)? = result else {
        Issue.record("is no failure: \(String(describing: result))")
        return ""
    }
    return "\(error.pointer) \(error.rule.rawValue)"
}
