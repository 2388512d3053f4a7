import ScripCore
import ScripEngine

extension MemoryTransaction {
    func trackingFailures(_ query: TrackingFailureQuery, setAside: ((String) -> Void)?) throws -> [TrackingFailure] {
        Array(ledger.failures.reversed().filter { query.matches($0) }.prefix(query.limit))
    }

    func trackingFailures(after number: Int64, limit: Int) throws -> [TrackingFailure] {
        Array(ledger.failures.filter { $0.number > number }.prefix(limit))
    }

    func trackingFailures(withIDs ids: Set<String>) throws -> [TrackingFailure] {
        ledger.failures.filter { ids.contains($0.id) }.sorted { $0.id < $1.id }
    }

    func openTrackingFailureCount(limit: Int) throws -> Int {
        min(limit, ledger.failures.count { $0.status == .open })
    }

    func openTrackingFailureCount(of party: FailureParty, limit: Int) throws -> Int {
        min(limit, ledger.failures.count { $0.status == .open && party.holds($0) })
    }

    func removeTrackingFailures(closedBefore: Timestamp, openBefore: Timestamp, limit: Int) throws -> Int {
        let old = ledger.failures.filter { failure in
            failure.status == .open
                ? failure.format != .entry && failure.lastAttemptAt < openBefore : failure.lastAttemptAt < closedBefore
        }
        let removed = Set(old.prefix(limit).map(\.id))
        ledger.failures.removeAll { removed.contains($0.id) }
        return removed.count
    }

    func save(_ failure: TrackingFailure) throws {
        var kept = failure
        if let place = ledger.failures.firstIndex(where: { $0.id == failure.id }) {
            kept.number = ledger.failures[place].number
            ledger.failures[place] = kept
        } else {
            ledger.failureNumber += 1
            kept.number = ledger.failureNumber
            ledger.failures.append(kept)
        }
    }
}
