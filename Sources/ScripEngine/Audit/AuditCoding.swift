import ScripCore
import ScripJSON

/// The canonical bytes of an audit record: compact JSON with fields in one fixed order, absent ones left out.
///
/// The chain of digests is computed over these bytes, so anyone can check it with a SHA-256 and nothing else.
public enum AuditCoding {
    /// The canonical bytes of a record.
    public static func encode(_ record: AuditRecord) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            func field(_ name: StaticString, _ text: String?) {
                guard let text else { return }
                writer.name(name)
                writer.string(text)
            }
            writer.name("seq")
            writer.integer(record.seq)
            writer.name("recorded_at")
            writer.integer(record.recordedAt.microseconds)
            field("action", record.change.action.rawValue)
            field("account", record.change.account?.rawValue)
            field("subject", record.change.subject)
            if let entry = record.change.entry {
                writer.name("entry")
                writer.integer(entry)
            }
            field("actor", record.actor)
            field("actor_kind", record.caller.kind.rawValue)
            field("actor_id", record.caller.id)
            field("impersonator", record.caller.impersonator)
            field("reason", record.change.reason)
            for (name, value) in [("before", record.change.before), ("after", record.change.after)] {
                guard let value else { continue }
                writer.name(name)
                writer.value(value)
            }
            field("address", record.caller.address)
            field("user_agent", record.caller.userAgent)
            field("request_id", record.caller.requestID)
            field("idempotency_key", record.idempotencyKey)
        }
        return writer.bytes
    }

    /// Why kept bytes cannot be read back: a field that is missing or does not make sense.
    public struct Damage: Error, Sendable, Hashable, CustomStringConvertible {
        /// Which field.
        public var field: String

        /// A sentence for people.
        public var description: String { "the kept field '\(field)' is missing or damaged" }
    }

    /// Reads a record's canonical bytes.
    /// - Throws: ``Damage`` with the field that is missing or damaged.
    public static func decode(_ bytes: [UInt8]) throws(Damage) -> AuditRecord {
        guard let value = try? JSONValue.parse(bytes) else { throw Damage(field: "(json)") }
        func text(_ name: String) throws(Damage) -> String? {
            guard let member = value[name] else { return nil }
            guard let text = member.stringValue else { throw Damage(field: name) }
            return text
        }
        func integer(_ name: String) throws(Damage) -> Int64 {
            guard let number = value[name]?.integerValue else { throw Damage(field: name) }
            return number
        }
        guard let action = AuditAction(rawValue: try text("action") ?? "") else { throw Damage(field: "action") }
        guard let kind = Caller.Kind(rawValue: try text("actor_kind") ?? "") else { throw Damage(field: "actor_kind") }
        let change = AuditedChange(
            action, account: try text("account").map { AccountID(unchecked: $0) }, subject: try text("subject"),
            entry: value["entry"] == nil ? nil : try integer("entry"), before: value["before"], after: value["after"],
            reason: try text("reason")
        )
        let caller = Caller(
            kind: kind, id: try text("actor_id"), impersonator: try text("impersonator"),
            address: try text("address"), userAgent: try text("user_agent"), requestID: try text("request_id")
        )
        guard let recordedAt = Timestamp(kept: try integer("recorded_at")) else { throw Damage(field: "recorded_at") }
        return AuditRecord(
            seq: try integer("seq"), recordedAt: recordedAt, change: change,
            actor: try text("actor"), caller: caller, idempotencyKey: try text("idempotency_key")
        )
    }
}
