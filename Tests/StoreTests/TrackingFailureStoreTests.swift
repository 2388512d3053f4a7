import ScripCore
import ScripEngine
import ScripTesting
import Testing

/// Tracking failures as every store keeps, lists, counts and replaces them.
@Suite(.timeLimit(.minutes(15))) struct TrackingFailureStoreTests {
    private static func failure(
        _ name: String, reason: String = "unknown_action", account: String? = "ada", at moment: Timestamp
    ) -> TrackingFailure {
        TrackingFailure(
            id: TrackingFailure.id(eventID: name, account: account, event: ""), reason: reason,
            detail: "It is \"\(name)\", é.", eventID: name, account: account, format: .plain,
            event: #"{"id":"\#(name)"}"#, at: moment)
    }

    private static func save(_ failures: [TrackingFailure], in store: any LedgerStore) async throws {
        try await store.write { writing in
            for failure in failures { try writing.save(failure) }
        }
    }

    private static func names(_ query: TrackingFailureQuery, in store: any LedgerStore) async throws -> [String] {
        try await store.read { try $0.trackingFailures(query) }.map { $0.eventID ?? "" }
    }

    private let now = Fixture.day("2026-01-31")

    @Test(arguments: StoreKind.allCases)
    func `what is kept of a failure reads back whole`(kind: StoreKind) async throws {
        let store = try await kind.make()
        var failures = [TrackingFailure.Format.plain, .cloudEvent, .span, .entry, .text].map { format in
            var failure = TrackingFailureStoreTests.failure(format.rawValue, at: now)
            failure.format = format
            return failure
        }
        failures[1].account = nil
        failures[2].eventID = nil
        failures[3].entry = "en_1_2"
        failures[4] = TrackingFailure(
            id: "tf_text", reason: "invalid_json", detail: "a\0b", eventID: "c\0d", account: "e\0f", format: .text,
            event: "{\"id\":\"b\",\0\nnot JSON ✂", at: now)
        #expect(failures[4].event == "{\"id\":\"b\",␀\nnot JSON ✂" && failures[4].account == "e␀f")
        try await TrackingFailureStoreTests.save(failures, in: store)
        var numbers: [Int64] = []
        for failure in failures {
            var kept = try #require(try await store.read { try $0.trackingFailure(failure.id) })
            numbers.append(kept.number)
            kept.number = 0
            #expect(kept == failure)
        }
        #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count && (numbers.first ?? 0) > 0)
        #expect(try await store.read { try $0.trackingFailure("tf_none") } == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func `failures are listed newest first, by what is asked for, page by page`(kind: StoreKind) async throws {
        let store = try await kind.make()
        var failures: [TrackingFailure] = []
        for index in 0..<12 {
            let reason = index % 2 == 0 ? "unknown_action" : "unknown_model"
            let account: String? = index % 3 == 0 ? nil : "u\(index % 3)"
            let moment = now.adding(seconds: Int64(index % 5))
            failures.append(
                TrackingFailureStoreTests.failure("e\(index)", reason: reason, account: account, at: moment))
        }
        failures[4].status = .resolved
        failures[5].status = .dismissed
        try await TrackingFailureStoreTests.save(failures, in: store)
        func expected(_ wanted: (TrackingFailure) -> Bool) -> [String] {
            failures.filter(wanted).reversed().map { $0.eventID ?? "" }
        }
        typealias Tests = TrackingFailureStoreTests
        #expect(try await Tests.names(TrackingFailureQuery(), in: store) == expected { $0.status == .open })
        #expect(try await Tests.names(TrackingFailureQuery(status: nil), in: store) == expected { _ in true })
        for status in TrackingFailure.Status.allCases {
            #expect(
                try await Tests.names(TrackingFailureQuery(status: status), in: store)
                    == expected { $0.status == status })
            for reason in ["unknown_action", "unknown_model", "none"] {
                let query = TrackingFailureQuery(status: status, reason: reason, account: "u1")
                #expect(
                    try await Tests.names(query, in: store)
                        == expected { $0.status == status && $0.reason == reason && $0.account == "u1" })
            }
        }
        var pages: [[String]] = []
        var query = TrackingFailureQuery(status: nil, limit: 5)
        while true {
            let page = try await store.read { [query] in try $0.trackingFailures(query) }
            pages.append(page.map { $0.eventID ?? "" })
            guard page.count == query.limit, let last = page.last else { break }
            query.before = last.number
        }
        #expect(pages.map(\.count) == [5, 5, 2] && pages.flatMap { $0 } == expected { _ in true })
    }

    @Test(arguments: StoreKind.allCases)
    func `saving a failure again replaces it and keeps its place`(kind: StoreKind) async throws {
        let store = try await kind.make()
        let names = ["a", "b", "c"]
        try await TrackingFailureStoreTests.save(
            names.map { TrackingFailureStoreTests.failure($0, at: now) }, in: store)
        let id = TrackingFailure.id(eventID: "a", account: "ada", event: "")
        let number = try await store.read { try $0.trackingFailure(id) }?.number
        try await store.write { writing in
            guard var failure = try writing.trackingFailure(id) else { return }
            failure.status = .resolved
            failure.entry = "en_1_9"
            failure.attempts = 4
            failure.reason = "unknown_model"
            failure.detail = ""
            failure.lastAttemptAt = now.adding(seconds: 9)
            try writing.save(failure)
        }
        let changed = try #require(try await store.read { try $0.trackingFailure(id) })
        #expect(changed.number == number && changed.status == .resolved && changed.entry == "en_1_9")
        #expect(changed.attempts == 4 && changed.reason == "unknown_model" && changed.detail.isEmpty)
        #expect(changed.receivedAt == now && changed.lastAttemptAt == now.adding(seconds: 9))
        let all = TrackingFailureQuery(status: nil)
        #expect(try await TrackingFailureStoreTests.names(all, in: store) == ["c", "b", "a"])
        let byOldReason = TrackingFailureQuery(status: nil, reason: "unknown_action")
        #expect(try await TrackingFailureStoreTests.names(byOldReason, in: store) == ["c", "b"])
    }

    @Test(arguments: StoreKind.allCases)
    func `many failures are found at once, in order of their ids`(kind: StoreKind) async throws {
        let store = try await kind.make()
        let failures = (0..<2_500).map { TrackingFailureStoreTests.failure("e\($0)", at: now) }
        try await TrackingFailureStoreTests.save(failures, in: store)
        var wanted = Set(failures.prefix(2_200).map(\.id))
        let expected = wanted.sorted()
        wanted.formUnion(["tf_none", "", "'\"\\,{}"])
        let asked = wanted
        let read = try await store.read { try $0.trackingFailures(withIDs: asked).map(\.id) }
        let locked = try await store.write { try $0.trackingFailures(withIDs: asked).map(\.id) }
        #expect(read == expected && locked == expected)
        let none = try await store.read { try $0.trackingFailures(withIDs: []) }
        #expect(none.isEmpty)
    }

    @Test(arguments: StoreKind.allCases)
    func `failures of one batch are resolved together, and those that are closed stay as they are`(
        kind: StoreKind
    ) async throws {
        let fixture = try await Fixture(kind)
        let failures = (0..<5).map { TrackingFailureStoreTests.failure("e\($0)", at: now) }
        try await fixture.engine.keep(failures + [failures[4]])
        _ = try await fixture.engine.changeTrackingFailure(failures[0].id) { $0.status = .dismissed }
        let recorded = failures.prefix(4).enumerated().map {
            RecordedEvent(failure: $1.id, entry: "en_\($0)")
        }
        let origin = Origin(actor: "key_1")
        for _ in 0..<2 { try await fixture.engine.resolveTrackingFailures(recorded, origin: origin) }
        try await fixture.engine.resolveTrackingFailures([], origin: origin)
        let all: [TrackingFailure] =
            try await fixture.engine.trackingFailures(TrackingFailureQuery(status: nil)).reversed()
        #expect(all.map(\.status) == [.dismissed, .resolved, .resolved, .resolved, .open])
        let entries: [String?] = [nil, "en_1", "en_2", "en_3", nil]
        #expect(all.map(\.entry) == entries && all.last?.attempts == 2)
        let audited = try await fixture.engine.auditRecords(AuditQuery()).map(\.record)
        let resolved = audited.filter { $0.change.action == .trackingFailureResolved }
        #expect(resolved.map(\.actor) == ["key_1", "key_1", "key_1"])
    }

    @Test(arguments: StoreKind.allCases)
    func `only what waits is counted, and no further than asked`(kind: StoreKind) async throws {
        let store = try await kind.make()
        func count(_ limit: Int) async throws -> Int {
            try await store.read { try $0.openTrackingFailureCount(limit: limit) }
        }
        #expect(try await count(10) == 0)
        var failures = (0..<7).map { TrackingFailureStoreTests.failure("e\($0)", at: now) }
        try await TrackingFailureStoreTests.save(failures, in: store)
        for (limit, counted) in [(10, 7), (7, 7), (3, 3), (1, 1)] { #expect(try await count(limit) == counted) }
        failures[0].status = .dismissed
        failures[6].status = .resolved
        try await TrackingFailureStoreTests.save([failures[0], failures[6]], in: store)
        #expect(try await count(10) == 5)
        failures[0].status = .open
        try await TrackingFailureStoreTests.save([failures[0]], in: store)
        #expect(try await count(10) == 6)
    }

    @Test(arguments: StoreKind.allCases)
    func `a transaction that throws keeps no failure`(kind: StoreKind) async throws {
        struct Stop: Error {}
        let store = try await kind.make()
        let failure = TrackingFailureStoreTests.failure("e", at: now)
        await #expect(throws: Stop.self) {
            try await store.write { writing in
                try writing.save(failure)
                throw Stop()
            }
        }
        #expect(try await store.read { try $0.trackingFailure(failure.id) } == nil)
        #expect(try await store.read { try $0.openTrackingFailureCount(limit: 5) } == 0)
    }

    @Test(arguments: StoreKind.allCases)
    func `an event that fails again is the same failure, tried once more`(kind: StoreKind) async throws {
        let fixture = try await Fixture(kind)
        let first = TrackingFailureStoreTests.failure("e", at: now)
        let again = TrackingFailureStoreTests.failure("e", reason: "unknown_model", at: now.adding(seconds: 60))
        try await fixture.engine.keep([first])
        try await fixture.engine.keep([TrackingFailureStoreTests.failure("f", at: now)])
        try await fixture.engine.keep([again])
        let kept = try #require(try await fixture.engine.trackingFailure(first.id))
        #expect(kept.attempts == 2 && kept.reason == "unknown_model" && kept.receivedAt == now)
        #expect(kept.lastAttemptAt == now.adding(seconds: 60))
        #expect(try await fixture.engine.trackingFailures(TrackingFailureQuery()).map(\.eventID) == ["f", "e"])
        #expect(try await fixture.engine.openTrackingFailureCount() == 2)
    }

    @Test(arguments: StoreKind.allCases)
    func `what came, what it was about and who sent it are kept beside what is left of it`(kind: StoreKind) async throws
    {
        let store = try await kind.make()
        let text = String(repeating: "✂", count: 10_000)
        let failure = TrackingFailure(
            id: "tf_1", reason: "invalid_json", detail: text, eventID: text, account: text, format: .text, event: text,
            action: text, sender: "key_1", at: now)
        #expect(failure.event.utf8.count == 16_383 && failure.detail.utf8.count == 1_023)
        #expect([failure.eventID, failure.account, failure.action].allSatisfy { $0?.utf8.count == 255 })
        #expect(failure.whole == WholeEvent(byteCount: 30_000, digest: Digest(of: Array(text.utf8))))
        try await TrackingFailureStoreTests.save([failure], in: store)
        var kept = try #require(try await store.read { try $0.trackingFailure("tf_1") })
        kept.number = 0
        #expect(kept == failure)
    }

    @Test(arguments: StoreKind.allCases)
    func `those that wait are counted by account and by sender`(kind: StoreKind) async throws {
        let store = try await kind.make()
        var failures: [TrackingFailure] = []
        for index in 0..<12 {
            var failure = TrackingFailureStoreTests.failure(
                "e\(index)", account: ["a", "b", nil][index % 3], at: now)
            failure.sender = index % 2 == 0 ? "key_1" : nil
            failures.append(failure)
        }
        failures[0].status = .dismissed
        failures[6].format = .entry
        try await TrackingFailureStoreTests.save(failures, in: store)
        for (party, count) in [
            (FailureParty.account("a"), 2), (.account("b"), 4), (.account("c"), 0), (.sender("key_1"), 4),
            (.sender("key_2"), 0),
        ] {
            #expect(try await store.read { try $0.openTrackingFailureCount(of: party, limit: 100) } == count)
            #expect(try await store.read { try $0.openTrackingFailureCount(of: party, limit: 1) } == min(count, 1))
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `old failures are removed, the closed ones soon and those that lack only a price never`(
        kind: StoreKind
    ) async throws {
        let fixture = try await Fixture(kind)
        var failures = (0..<5).map { TrackingFailureStoreTests.failure("e\($0)", at: now) }
        (failures[0].status, failures[1].status, failures[3].format) = (.resolved, .dismissed, .entry)
        failures[4].lastAttemptAt = now.adding(seconds: 400 * 86_400)
        try await TrackingFailureStoreTests.save(failures, in: fixture.engine.store)
        func left() async throws -> [String?] {
            try await fixture.engine.removeOldTrackingFailures()
            return try await fixture.engine.trackingFailures(TrackingFailureQuery(status: nil)).map(\.eventID)
                .reversed()
        }
        fixture.clock.advance(seconds: 30 * 86_400)
        #expect(try await left() == ["e0", "e1", "e2", "e3", "e4"])
        fixture.clock.advance(seconds: 1)
        #expect(try await left().count == 5, "once an hour is enough")
        fixture.clock.advance(seconds: 3_600)
        #expect(try await left() == ["e2", "e3", "e4"])
        fixture.clock.advance(seconds: 370 * 86_400)
        #expect(try await left() == ["e3", "e4"])
        #expect(try await fixture.engine.verify().isClean)
        try await TrackingFailureStoreTests.save(
            [TrackingFailureStoreTests.failure("new", at: now)], in: fixture.engine.store)
        #expect(try await fixture.engine.trackingFailures(TrackingFailureQuery(status: nil)).first?.eventID == "new")
    }
}
