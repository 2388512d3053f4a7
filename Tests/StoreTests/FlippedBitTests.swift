import Foundation
import ScripCore
import ScripEngine
import ScripSQLite
import ScripTesting
import Testing

/// A bit of the file that changes what is answered is found, or stops the reading; it never stops the process.
@Suite("Flipped bits", .serialized, .heavy, .timeLimit(.minutes(15)))
struct FlippedBitTests {
    /// A closed database with something in every table.
    private static func database() async throws -> [UInt8] {
        let path = StoreKind.temporaryPath()
        let store = try SQLiteLedgerStore(path: path, window: 7)
        try await DamageScene.fill(store)
        #expect(try await DamageScene.engine(store).verify().findings == [])
        #expect(try await DamageScene.engine(store).verify().isClean)
        try await store.close()
        return Array(try Data(contentsOf: URL(filePath: path)))
    }

    private enum Result {
        case refused
        case answered([String]?, Verification)
    }

    private static func look(_ bytes: [UInt8]) async throws -> Result {
        let path = StoreKind.temporaryPath()
        try Data(bytes).write(to: URL(filePath: path))
        defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
        guard let store = try? SQLiteLedgerStore(path: path, window: 7) else { return .refused }
        guard let engine = try? await DamageScene.engine(store) else {
            try? await store.close()
            return .refused
        }
        let answers = try? await DamageScene.answers(engine)
        let verification = try await engine.verify()
        try? await store.close()
        return .answered(answers, verification)
    }

    @Test("Every flip that changes an answer is found", arguments: [UInt64(1), 2])
    func flips(seed: UInt64) async throws {
        let bytes = try await FlippedBitTests.database()
        guard case .answered(let wanted?, let clean) = try await FlippedBitTests.look(bytes) else {
            Issue.record("the database cannot be read before anything is flipped")
            return
        }
        #expect(clean.isClean)
        var generator = SeededGenerator(seed: seed)
        var (changed, refused, found) = (0, 0, 0)
        for _ in 0..<200 {
            var place = 0
            repeat {
                place = Int.random(in: 0..<bytes.count, using: &generator)
            } while bytes[place] == 0 && Int.random(in: 0..<20, using: &generator) > 0
            let bit = Int.random(in: 0..<8, using: &generator)
            var flipped = bytes
            flipped[place] ^= 1 << UInt8(bit)
            guard case .answered(let answers, let verification) = try await FlippedBitTests.look(flipped) else {
                refused += 1
                continue
            }
            if !verification.isClean { found += 1 }
            if answers == wanted { continue }
            changed += 1
            let difference = zip(wanted, answers ?? []).first { $0 != $1 }
            #expect(
                !verification.isClean,
                "seed \(seed), byte \(place), bit \(bit): \(difference.map { "\($0)" } ?? "unreadable")")
        }
        print("seed \(seed): \(bytes.count) bytes, \(changed) changed answers, \(refused) refused, \(found) found")
    }
}
