import Foundation
import ScripCore
import ScripEngine
import ScripSQLite
import ScripTesting
import Testing

/// What may happen to the files of a database that is in use.
@Suite(.timeLimit(.minutes(15))) struct DatabaseFileTests {
    /// A store in a folder of its own, with an account that was charged.
    private struct Scene {
        let folder: String
        let store: SQLiteLedgerStore
        let fixture: Fixture
        var path: String { folder + "/scrip.db" }

        init() async throws {
            folder = TemporaryFolder.newFile(ending: "folder")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            store = try SQLiteLedgerStore(path: folder + "/scrip.db")
            fixture = try await Fixture(store)
            try await fixture.open("a", plan: "pro")
            try await charge()
        }

        func charge() async throws {
            _ = try await fixture.submit("a", .charge(Usage(action: ActionID(unchecked: "chat"))))
        }

        func shell(_ statement: String) throws {
            let done = try ChildProcess.run("sqlite3", ["-cmd", ".timeout 10000", path, statement])
            try #require(done.status == 0, "\(done.output)")
        }
    }

    enum Accident: String, CaseIterable, CustomTestStringConvertible {
        case removed, replaced, cut, logRemoved, logReplaced, logCut, indexRemoved, indexReplaced, indexCut, folderMoved

        var testDescription: String { rawValue }

        /// Whether what was acknowledged before is still there when the server starts again.
        var keepsAll: Bool { ![Accident.removed, .replaced, .cut, .logReplaced, .logCut, .folderMoved].contains(self) }

        func befall(_ folder: String) throws {
            let files = FileManager.default
            let path = folder + "/scrip.db"
            let name =
                rawValue.hasPrefix("log") ? path + "-wal" : rawValue.hasPrefix("index") ? path + "-shm" : path
            switch self {
            case .removed, .logRemoved, .indexRemoved: try files.removeItem(atPath: name)
            case .replaced, .logReplaced, .indexReplaced:
                try files.copyItem(atPath: name, toPath: name + ".copy")
                try files.removeItem(atPath: name)
                try files.moveItem(atPath: name + ".copy", toPath: name)
            case .cut, .logCut, .indexCut: #expect(truncate(name, 0) == 0)
            case .folderMoved: try files.moveItem(atPath: folder, toPath: folder + ".moved")
            }
        }
    }

    @Test(arguments: Accident.allCases)
    func `nothing more is acknowledged when files are lost`(_ accident: Accident) async throws {
        let scene = try await Scene()
        #expect(await scene.store.probe() == .available)
        try accident.befall(scene.folder)
        for _ in 0..<3 {
            let error = await #expect(throws: StoreError.self) { try await scene.charge() }
            #expect(error?.code == .filesLost, "\(String(describing: error))")
        }
        let error = await #expect(throws: StoreError.self) { try await scene.fixture.available("a") }
        #expect(error?.code == .filesLost)
        #expect(await scene.store.loss()?.code == .filesLost)
        guard case .unavailable(let reason) = await scene.store.probe() else {
            Issue.record("\(accident) is not noticed")
            return
        }
        #expect(reason.code == .filesLost)
        await #expect(throws: StoreError.self) { try await scene.store.close() }
        if accident.keepsAll {
            // Within one process SQLite shares what it knows of a file, so another start is one from a copy.
            let copy = TemporaryFolder.newFile()
            try FileManager.default.copyItem(atPath: scene.path, toPath: copy)
            try? FileManager.default.copyItem(atPath: scene.path + "-wal", toPath: copy + "-wal")
            let again = try await Fixture(try SQLiteLedgerStore(path: copy))
            #expect(try await again.available("a") == "99")
            #expect(try await again.engine.verify().isClean)
            try await again.engine.store.close()
        }
    }

    @Test(arguments: [Accident.removed, .cut, .logRemoved, .folderMoved])
    func `a loss is noticed although nobody asks for anything`(_ accident: Accident) async throws {
        let scene = try await Scene()
        async let loss = scene.store.loss()
        try accident.befall(scene.folder)
        #expect(await loss?.code == .filesLost)
        await #expect(throws: StoreError.self) { try await scene.store.close() }
    }

    @Test func `a file that was cut short is not made to look whole`() async throws {
        let scene = try await Scene()
        try Accident.cut.befall(scene.folder)
        try await scene.store.moveLog()
        for _ in 0..<2 {
            guard case .unavailable(let reason) = await scene.store.probe() else {
                Issue.record("nobody noticed")
                return
            }
            #expect(reason.code == .filesLost)
        }
        await #expect(throws: StoreError.self) { try await scene.store.close() }
    }

    @Test func `what other programs may do to the files is no loss`() async throws {
        let scene = try await Scene()
        for statement in [
            "PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)",
            "CREATE TABLE other (content BLOB); INSERT INTO other VALUES (zeroblob(4000000))",
            "DROP TABLE other", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)",
        ] {
            try scene.shell(statement)
            try await scene.charge()
            #expect(await scene.store.probe() == .available, "\(statement)")
        }
        let link = scene.folder + "/link.db"
        try FileManager.default.linkItem(atPath: scene.path, toPath: link)
        try await scene.charge()
        try FileManager.default.removeItem(atPath: link)
        try await scene.charge()
        #expect(try await scene.fixture.engine.verify().isClean)
        try await scene.store.close()
    }

    @Test func `a full disk is said to be full, and the store goes on by itself when there is room`() async throws {
        let scene = try await Scene()
        try await scene.store.limitGrowth(toPages: 0)
        var failure: StoreError?
        for number in 0..<2_000 where failure == nil {
            do { try await scene.fixture.open("account \(number)") } catch let error as StoreError { failure = error }
        }
        #expect(failure?.code == .full)
        guard case .unavailable(let reason) = await scene.store.probe() else {
            Issue.record("the store says that it is available")
            return
        }
        #expect(reason.code == .full)
        // What is there can be read all the same.
        #expect(try await scene.fixture.available("a") == "99")
        try await scene.store.limitGrowth(toPages: nil)
        while await scene.store.probe() != .available { try await Task.sleep(for: .milliseconds(50)) }
        try await scene.charge()
        #expect(try await scene.fixture.engine.verify().isClean)
        try await scene.store.close()
    }

    @Test func `the file alone has everything after a stop`() async throws {
        let scene = try await Scene()
        try await scene.store.close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: scene.folder) == ["scrip.db"])
        let copy = scene.folder + "/copy.db"
        try FileManager.default.copyItem(atPath: scene.path, toPath: copy)
        let other = try await Fixture(try SQLiteLedgerStore(path: copy))
        #expect(try await other.available("a") == "99")
        #expect(try await other.engine.verify().isClean)
        try await other.engine.store.close()
    }

    @Test(.timeLimit(.minutes(15)))
    func `while the store is in use, the file has everything after a while`() async throws {
        let path = TemporaryFolder.newFile()
        let store = try SQLiteLedgerStore(path: path, checkpointSeconds: 0.05)
        let fixture = try await Fixture(store)
        try await fixture.open("a", plan: "pro")
        let copy = TemporaryFolder.newFile()
        var counted = ""
        while counted != "2\n" {
            try? FileManager.default.removeItem(atPath: copy)
            try FileManager.default.copyItem(atPath: path, toPath: copy)
            counted = try ChildProcess.run("sqlite3", [copy, "SELECT count(*) FROM entries"]).output
            try await Task.sleep(for: .milliseconds(10))
        }
        try await store.close()
    }

    @Test func `a log that grew long does not stay`() async throws {
        let path = TemporaryFolder.newFile()
        let store = try SQLiteLedgerStore(path: path, checkpointSeconds: 0.05)
        let fixture = try await Fixture(store)
        for number in 0..<40 {
            try await store.write { writing in
                try writing.append(
                    StoredCatalog(
                        version: Int64(1_000 + number), effectiveAt: .latest, recordedAt: .latest, actor: nil,
                        document: String(repeating: "#", count: 400_000)))
            }
        }
        let size = { try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int ?? 0 }
        while try size() > 8_388_608 { try await Task.sleep(for: .milliseconds(20)) }
        _ = fixture
        try await store.close()
    }
}
