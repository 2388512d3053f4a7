import HTTPTypes
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// Usage that could not be recorded or priced: listed, mended, tried again, or dismissed.
enum TrackingFailures {
    /// How many bytes of events one page shows, at least one event.
    static let maxPageBytes = 1 << 20

    @Sendable static func list(_ call: Call) async throws -> Answer {
        let limit = try call.limit()
        var query = try query(call, limit: limit + 1)
        query.before = try call.cursorNumber()
        let (failures, damaged) = try await call.engine.trackingFailurePage(query)
        var room = maxPageBytes
        let shown = failures.prefix(limit).prefix { failure in
            let isFirst = room == maxPageBytes
            room -= failure.event.utf8.count
            return isFirst || room >= 0
        }
        return Answer.object { writer in
            writer.member("data", array: shown) { $0.trackingFailure($1) }
            let isMore = failures.count > shown.count
            writer.member("next_cursor", isMore ? shown.last.map { Cursor.make(String($0.number)) } : nil)
            writer.damaged(damaged)
        }
    }

    @Sendable static func show(_ call: Call) async throws -> Answer {
        let failure = try await failure(call)
        return Answer.object { $0.trackingFailure(failure) }
    }

    /// Tries one failure again, with the event in the body if there is one.
    @Sendable static func replay(_ call: Call) async throws -> Answer {
        let failure = try await failure(call)
        var fields = BodyFields(try call.json())
        let mended = fields.raw("event").flatMap { $0 == .null ? nil : $0 }
        try fields.finish()
        let result = try await FailureRetry.replay(failure, mended: mended, in: call.engine, origin: call.origin())
        return Answer.object { $0.trackingResult(result) }
    }

    /// Tries the open failures again that match the query, the oldest of the newest page last.
    @Sendable static func replayAll(_ call: Call) async throws -> Answer {
        var query = try query(call, limit: try call.limit(most: 1_000))
        query.status = .open
        let failures = try await call.engine.trackingFailures(query)
        // Here the query's reason says which failures are meant.
        var origin = try call.origin()
        origin.reason = nil
        var results: [(TrackingFailure, Result<EventTracking.Result, any Error>)] = []
        for failure in failures.reversed() {
            do {
                let result = try await FailureRetry.replay(
                    failure, mended: nil, in: call.engine, origin: origin)
                results.append((failure, .success(result)))
            } catch let error where error is ValidationError || error is Rejection {
                results.append((failure, .failure(error)))
            }
        }
        return Answer.object { writer in
            writer.member("results", array: results) { writer, pair in
                switch pair.1 {
                case .success(let result): writer.trackingResult(result)
                case .failure(let error):
                    writer.trackingResult(
                        EventTracking.Result(
                            id: pair.0.eventID, status: .failed, error: error, failure: pair.0.id))
                }
            }
        }
    }

    @Sendable static func dismiss(_ call: Call) async throws -> Answer {
        let failure = try await failure(call)
        let changed = try await call.engine.changeTrackingFailure(failure.id, origin: call.origin()) { failure in
            if failure.status == .open { failure.status = .dismissed }
        }
        return Answer.object { $0.trackingFailure(changed ?? failure) }
    }

    private static func failure(_ call: Call) async throws -> TrackingFailure {
        guard let failure = try await call.engine.trackingFailure(call.parameters["failure"] ?? "") else {
            throw RequestRefusal(
                404, .failureNotFound, "No such tracking failure", "There is no tracking failure with this id.")
        }
        return failure
    }

    private static func query(_ call: Call, limit: Int) throws -> TrackingFailureQuery {
        var query = TrackingFailureQuery(
            reason: call.query["reason"], account: call.query["account"], limit: limit)
        switch call.query["status"] {
        case nil: break
        case "all": query.status = nil
        case let word?:
            guard let status = TrackingFailure.Status(rawValue: word) else {
                let words = TrackingFailure.Status.allCases.map(\.rawValue) + ["all"]
                throw ValidationError([
                    .init(pointer: "status", detail: "must be one of \(words.joined(separator: ", "))")
                ])
            }
            query.status = status
        }
        return query
    }
}
