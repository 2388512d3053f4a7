import Foundation
import ScripCore
import ScripJSON
import Testing

/// Journals that version 0.1 wrote, before entries knew of remembered use and of subscriptions' own periods.
@Suite(.timeLimit(.minutes(15))) struct EarlierJournalTests {
    private func journals() throws -> [String: [SealedEntry]] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Data/journals-of-0.1.ndjson")
        var journals: [String: [SealedEntry]] = [:]
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            let json = try JSONValue.parse(Array(line.utf8))
            let bytes = Array(try #require(json["entry"]?.stringValue).utf8)
            let digest = try #require(json["hash"]?.stringValue.flatMap { Digest($0) })
            journals[try #require(json["account"]?.stringValue), default: []].append(
                SealedEntry(entry: try EntryCoding.decode(bytes), encoded: bytes, digest: digest))
        }
        return journals
    }

    @Test func `every line of before is written to the same bytes and chains as it did`() throws {
        for (id, journal) in try journals() {
            for line in journal { #expect(EntryCoding.encode(line.entry) == line.encoded) }
            let state = try AccountState.replay(journal, of: try #require(AccountID(id)))
            #expect(state.seq == Int64(journal.count))
            let kept = try StateCoding.decode(StateCoding.encode(state), id: state.id)
            #expect(kept.typeBalances == state.typeBalances && kept.subscription == state.subscription)
        }
    }
}
