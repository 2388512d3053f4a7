import Foundation
import GRDB
import ScripCore
import ScripEngine
import ScripTesting
import Testing

@testable import ScripSQLite

/// What a database in a file is in trouble with is told apart.
@Suite(.timeLimit(.minutes(15))) struct StoreTroubleTests {
    private let charge = Intent.charge(Usage(action: ActionID(unchecked: "chat")))

    @Test(.enabled(if: SmallDisk.isPossible))
    func `a disk that fills up is full, and the store goes on when there is room`() async throws {
        let disk = try SmallDisk(megabytes: 8)
        defer { disk.remove() }
        let store = try SQLiteLedgerStore(path: "\(disk.folder)/scrip.db")
        let fixture = try await Fixture(store)
        try await fixture.open("a", plan: "pro")
        try disk.fill()
        try await fixture.openUntilFull()
        guard case .unavailable(let reason) = await store.probe() else {
            Issue.record("the store says that it is available")
            return
        }
        #expect(reason.code == .full)
        #expect(try await fixture.available("a") == "100")
        try disk.makeRoom()
        while await store.probe() != .available { try await Task.sleep(for: .milliseconds(50)) }
        _ = try await fixture.submit("a", charge)
        #expect(try await fixture.engine.verify().isClean)
        try await store.close()
    }

    @Test(.enabled(if: SmallDisk.isPossible))
    func `a database on a disk that takes no writes can only be read`() async throws {
        let disk = try SmallDisk(megabytes: 8)
        defer { disk.remove() }
        let path = "\(disk.folder)/scrip.db"
        let store = try SQLiteLedgerStore(path: path)
        _ = try await Fixture(store)
        try await store.close()
        try disk.makeReadOnly()
        let error = #expect(throws: StoreError.self) { try SQLiteLedgerStore(path: path) }
        #expect(error?.code == .readOnly, "\(String(describing: error))")
    }

    @Test func `pages that were written over are damaged`() async throws {
        let path = TemporaryFolder.newFile()
        let store = try SQLiteLedgerStore(path: path)
        let fixture = try await Fixture(store)
        try await fixture.open("a", plan: "pro")
        try await store.close()
        let found = try await DatabaseQueue(path: path).read { database in
            try Int.fetchOne(database, sql: "SELECT rootpage FROM sqlite_master WHERE name = 'accounts'")
        }
        let page = try #require(found)
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.seek(toOffset: UInt64((page - 1) * 4_096))
        try file.write(contentsOf: Data(repeating: 0xAB, count: 4_096))
        try file.close()
        let error = await #expect(throws: StoreError.self) {
            let opened = try SQLiteLedgerStore(path: path)
            _ = try await opened.read { try $0.account(AccountID(unchecked: "a")) }
        }
        #expect(error?.code == .damaged, "\(String(describing: error))")
    }

    @Test func `a file that cannot be there is out of reach, and so is one that is no database`() throws {
        let error = #expect(throws: StoreError.self) { try SQLiteLedgerStore(path: "/nowhere/scrip.db") }
        #expect(error?.code == .unreachable, "\(String(describing: error))")
        let path = TemporaryFolder.newFile()
        try Data(repeating: 0x41, count: 4_096).write(to: URL(fileURLWithPath: path))
        let other = #expect(throws: StoreError.self) { try SQLiteLedgerStore(path: path) }
        #expect(other?.code == .unreachable, "\(String(describing: other))")
    }

    @Test(arguments: [
        (ResultCode.SQLITE_FULL, Int32(0), StoreError.Code.full), (.SQLITE_IOERR_WRITE, ENOSPC, .full),
        (.SQLITE_IOERR_WRITE, EROFS, .readOnly), (.SQLITE_READONLY, 0, .readOnly),
        (.SQLITE_IOERR_FSYNC, EIO, .ioFailed),
        (.SQLITE_PERM, 0, .denied), (.SQLITE_AUTH, 0, .denied), (.SQLITE_CANTOPEN, EACCES, .denied),
        (.SQLITE_IOERR_ACCESS, EACCES, .denied), (.SQLITE_CANTOPEN, ENOENT, .unreachable),
        (.SQLITE_BUSY, 0, .busy), (.SQLITE_LOCKED, 0, .busy), (.SQLITE_CORRUPT, 0, .damaged),
        (.SQLITE_NOTADB, 0, .damaged), (.SQLITE_IOERR_SHORT_READ, 0, .damaged), (.SQLITE_CONSTRAINT, 0, .failed),
        (.SQLITE_ERROR, 0, .failed), (.SQLITE_TOOBIG, 0, .failed), (.SQLITE_MISUSE, 0, .failed),
    ])
    func `every result of SQLite's has its kind of failure`(result: ResultCode, system: Int32, code: StoreError.Code) {
        #expect(StoreError.code(of: result, systemError: system) == code)
    }
}
