import Algorithms
import Foundation
import GRDB
import ScripCore
import ScripEngine

extension LedgerReader {
    /// Where the entries of a journal from one number through another lie, in order.
    func lines(of account: AccountID, from first: Int64, through last: Int64) throws -> [EntryPlace] {
        if first > last { return [] }
        var found: [EntryPlace] = []
        let latest = try latestEntries(of: account)
        if first < latest.first?.seq ?? .max { found = try segmentLines(of: account, from: first, through: last) }
        let start = latest.partitioningIndex { $0.seq >= first }
        return found + latest[start...].prefix { $0.seq <= last }
    }

    /// Where the entries after the last segment lie.
    func latestEntries(of account: AccountID) throws -> [EntryPlace] {
        guard let row = try row("SELECT seq, tail FROM accounts WHERE account_id = ?", [account.rawValue]) else {
            return []
        }
        let (seq, positions) = (try row[0] as Int64, try PositionList.decode([UInt8](try row[1] as Data)))
        let lines = try LedgerReader.lines(at: positions, through: seq)
        return lines + (try recent { $0.lines(of: account, after: seq, from: $1.flushed, through: $1.top) })
    }

    private func segmentLines(of account: AccountID, from first: Int64, through last: Int64) throws -> [EntryPlace] {
        let statement = try database.cachedStatement(
            sql: "SELECT last_seq, positions FROM segments WHERE account_id = ? AND last_seq >= ? ORDER BY last_seq"
        )
        let rows = try Row.fetchCursor(statement, arguments: [account.rawValue, first])
        var found: [EntryPlace] = []
        while (found.last?.seq ?? 0) < last, let row = try rows.nextLedgerRow() {
            let lines = try LedgerReader.lines(
                at: try PositionList.decode([UInt8](try row[1] as Data)), through: try row[0]
            )
            found += lines.filter { $0.seq >= first && $0.seq <= last }
            if lines.last?.seq ?? 0 >= last { break }
        }
        return found
    }

    /// The entries at places, of which the last has a number.
    /// - Throws: ``StoreError`` with ``StoreError/Code/damaged`` when an account cannot have such.
    static func lines(at positions: [Int64], through last: Int64) throws -> [EntryPlace] {
        guard (0...AccountState.largestSequence).contains(last), positions.count <= last else {
            throw StoreError(.damaged, "The number of an account's last line is damaged.")
        }
        let first = last - Int64(positions.count) + 1
        return positions.enumerated().map { EntryPlace(seq: first + Int64($0), position: $1) }
    }

    /// The entry at a place.
    /// - Throws: ``ReplayMismatch`` when there is none or another.
    func entry(at line: EntryPlace) throws -> SealedEntry {
        guard let row = try row("SELECT body, hash FROM entries WHERE position = ?", [line.position]) else {
            throw ReplayMismatch(seq: line.seq, description: "the line is missing")
        }
        let body = [UInt8](try row[0] as Data)
        guard let digest = Digest(bytes: try row[1] as Data) else {
            throw ReplayMismatch(seq: line.seq, description: "the line's digest is damaged")
        }
        let sealed = SealedEntry(entry: try EntryCoding.decode(body), encoded: body, digest: digest)
        if sealed.entry.seq != line.seq {
            throw ReplayMismatch(
                seq: line.seq, description: "expected line \(line.seq), found line \(sealed.entry.seq)"
            )
        }
        return sealed
    }
}
