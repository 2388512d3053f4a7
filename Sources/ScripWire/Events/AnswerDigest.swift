import ScripCore
import ScripJSON

/// The digest of what a provider answered, by its meaning: members in any order, long texts by their own digests.
///
/// Two answers under one response id are told apart by it.
enum AnswerDigest {
    static func of(_ answer: JSONValue) -> Digest {
        var writer = JSONWriter()
        write(KeptEvent.withoutLongTexts(answer), into: &writer)
        return Digest(of: writer.bytes)
    }

    private static func write(_ value: JSONValue, into writer: inout JSONWriter) {
        switch value {
        case .array(let elements):
            writer.array { writer in
                for element in elements { write(element, into: &writer) }
            }
        case .object(let object):
            writer.object { writer in
                for member in object.members.sorted(by: { $0.name < $1.name }) where member.value != .null {
                    writer.name(member.name)
                    write(member.value, into: &writer)
                }
            }
        default: writer.value(value)
        }
    }
}
