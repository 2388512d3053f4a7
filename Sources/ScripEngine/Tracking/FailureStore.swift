import ScripCore

/// What can be read of usage that could not be recorded or priced.
public protocol FailureReading {
    /// Usage that could not be recorded or priced, newest first. Ids of failures that are damaged are told, if anybody
    /// wants to know, and others come in their stead; otherwise they end it.
    func trackingFailures(_ query: TrackingFailureQuery, setAside: ((String) -> Void)?) throws -> [TrackingFailure]
    /// The same after a number, in order of numbers.
    func trackingFailures(after number: Int64, limit: Int) throws -> [TrackingFailure]
    /// Those with the given ids, in order of ids; nothing stands for an id that none has.
    func trackingFailures(withIDs ids: Set<String>) throws -> [TrackingFailure]
    /// How many failures wait, counted no further than `limit`.
    func openTrackingFailureCount(limit: Int) throws -> Int
    /// The same for those of a party.
    func openTrackingFailureCount(of party: FailureParty, limit: Int) throws -> Int
}

extension FailureReading {
    /// Usage that could not be recorded or priced, newest first, unless a failure is damaged.
    public func trackingFailures(_ query: TrackingFailureQuery) throws -> [TrackingFailure] {
        try trackingFailures(query, setAside: nil)
    }

    /// Usage that could not be recorded or priced, by its id.
    public func trackingFailure(_ id: String) throws -> TrackingFailure? { try trackingFailures(withIDs: [id]).first }
}

/// Where usage is kept that could not be recorded or priced.
public protocol FailureStore: FailureReading {
    /// Adds a tracking failure, or replaces the one with its id, which keeps its number.
    func save(_ failure: TrackingFailure) throws
    /// Removes tracking failures that were tried last before a moment: one for those that are closed, and one for those
    /// that wait and are no entries of a journal.
    /// - Parameter limit: how many at most.
    /// - Returns: how many were removed.
    func removeTrackingFailures(closedBefore: Timestamp, openBefore: Timestamp, limit: Int) throws
        -> Int
}
