import ScripCore
import ScripEngine
import ScripJSON
import ScripUsageFormats

/// What is kept of an event that cannot be recorded: all of it where there is room, or else what its recording needs.
///
/// Of a provider's answer only the counts and the short names beside them say what was used; what was written in it is
/// long and says nothing. So long texts are left out first, then the answer is replaced by what was read of it. Only
/// what is too long even then is cut, and can be recorded no more without a mended event.
struct KeptEvent {
    /// The longest text of a provider's answer that is kept as it is; readers of answers take no longer one.
    static let longestTextBytes = 255

    /// What is kept.
    let text: String
    /// What came, where that was more.
    let whole: WholeEvent?

    /// Of a text that is no JSON.
    init(text: String) {
        (self.text, whole) = (text, nil)
    }

    /// What is kept of it already.
    init(_ failure: TrackingFailure) {
        (text, whole) = (failure.event, failure.whole)
    }

    /// Of an event in JSON.
    init(_ value: JSONValue) {
        let came = KeptEvent.text(value)
        if came.utf8.count <= TrackingFailure.maxEventBytes {
            (text, whole) = (came, nil)
            return
        }
        whole = WholeEvent(came)
        text =
            [KeptEvent.shortened, KeptEvent.counted].lazy.compactMap { $0(value).map(KeptEvent.text) }
            .first { $0.utf8.count <= TrackingFailure.maxEventBytes } ?? came
    }

    static func text(_ value: JSONValue) -> String {
        var writer = JSONWriter()
        writer.value(value)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// The event without the long texts of its answer.
    private static func shortened(_ event: JSONValue) -> JSONValue? {
        changed(event) { members in
            guard let answer = members["raw_usage"] else { return members }
            return members.replacing("raw_usage", with: withoutLongTexts(answer))
        }
    }

    /// The event with what was read of its answer in the answer's place.
    private static func counted(_ event: JSONValue) -> JSONValue? {
        changed(event) { members in
            guard let answer = members["raw_usage"],
                let read = try? UsageReading.read(
                    answer, provider: members["provider"]?.stringValue, model: members["model"]?.stringValue),
                read.isFinal, read.otherCalls.isEmpty
            else { return nil }
            let counts = read.counts.sorted { $0.key < $1.key }
                .map { JSONObject.Member(name: $0.key, value: .number(String($0.value))) }
            var left = members.removing("raw_usage").removing("usage")
            left = left.adding("usage", .object(JSONObject(counts)))
            for (name, text) in [
                ("id", read.responseID), ("model", read.model), ("provider", read.provider),
                ("service_tier", read.serviceTier), ("geography", read.geography), ("speed", read.speed),
                ("cost_usd", read.cost),
            ] {
                if let text, left[name] ?? .null == .null { left = left.removing(name).adding(name, .string(text)) }
            }
            return left
        }
    }

    /// A plain event, or the data of a CloudEvent, changed by a body and with its metadata cut.
    private static func changed(_ event: JSONValue, by body: (JSONObject) -> JSONObject?) -> JSONValue? {
        guard let members = CutMetadata.cut(in: event).objectValue else { return nil }
        guard members["specversion"] != nil else { return body(members).map { .object($0) } }
        let data = members["data"].flatMap { CutMetadata.cut(in: $0).objectValue }
        return data.flatMap(body).map { .object(members.replacing("data", with: .object($0))) }
    }

    /// A value in which the beginning and the digest of each long text stand for it. Doing it again changes nothing.
    static func withoutLongTexts(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text) where text.utf8.count > longestTextBytes:
            let digest = Digest(of: Array(text.utf8)).description
            return .string("\(String(text.unicodeScalars.prefix(16))) … \(text.utf8.count) bytes, sha256 \(digest)")
        case .array(let elements): return .array(elements.map { withoutLongTexts($0) })
        case .object(let object):
            return .object(
                JSONObject(object.members.map { .init(name: $0.name, value: withoutLongTexts($0.value)) }))
        default: return value
        }
    }
}

extension JSONObject {
    fileprivate func replacing(_ name: String, with value: JSONValue) -> JSONObject {
        JSONObject(members.map { $0.name == name ? .init(name: name, value: value) : $0 })
    }

    fileprivate func removing(_ name: String) -> JSONObject { JSONObject(members.filter { $0.name != name }) }

    fileprivate func adding(_ name: String, _ value: JSONValue) -> JSONObject {
        JSONObject(members + [.init(name: name, value: value)])
    }
}
