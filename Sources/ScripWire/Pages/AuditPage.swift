import ScripCore
import ScripEngine

/// Where a page of the audit log ends, as text.
package enum AuditPage {
    /// The text of a place.
    package static func text(of place: AuditQuery.Place) -> String {
        "\(place.recordedAt.microseconds) \(place.seq) \(place.chain.name)"
    }

    /// The place in a text; `nil` when there is none.
    package static func place(in text: String) -> AuditQuery.Place? {
        let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let microseconds = Int64(parts[0]), let seq = Int64(parts[1]) else { return nil }
        return AuditQuery.Place(
            recordedAt: Timestamp(microseconds: microseconds), chain: AuditChain(name: String(parts[2])), seq: seq)
    }
}
