/// Lists of rows of which some may be damaged: strictly, for what must not miss one, or with the damaged ones set
/// aside, for whoever wants to see the rest.
public enum SoundRows {
    /// How many damaged rows one list sets aside. One with more of them fails.
    public static let maxSetAside = 1_000

    /// How many rows are read at least in the stead of those that were set aside.
    private static let minPortion = 100

    /// Reads a list row by row.
    /// - Parameters:
    ///   - limit: how many records are wanted. Others come in the stead of those that are set aside.
    ///   - setAside: told of each row that cannot be read; without it the first of them ends the list.
    ///   - rows: asks for so many rows after so many.
    ///   - name: what a damaged row is called.
    ///   - record: reads a row.
    /// - Throws: what reading throws.
    public static func list<Row, Name, Record>(
        limit: Int, setAside: ((Name) -> Void)?, rows: (_ limit: Int, _ offset: Int) throws -> [Row],
        name: (Row) -> Name, record: (Row) throws -> Record
    ) throws -> [Record] {
        var (found, seen, damaged) = ([Record](), 0, 0)
        while found.count < limit {
            let wanted = max(limit - found.count, seen == 0 ? 0 : minPortion)
            let page = try rows(wanted, seen)
            for row in page where found.count < limit {
                do {
                    found.append(try record(row))
                } catch {
                    guard let setAside, StoreError.saysDamage(error), damaged < maxSetAside else { throw error }
                    damaged += 1
                    setAside(name(row))
                }
            }
            seen += page.count
            if page.count < wanted { break }
        }
        return found
    }

    /// The end of a statement that skips rows.
    public static func skipping(_ offset: Int) -> String { offset == 0 ? "" : " OFFSET \(offset)" }
}
