/// Finds the name that a misspelt one probably meant.
public enum Spelling {
    /// Longer names are not compared, because a comparison takes as many steps as both lengths multiplied.
    private static let longest = 64

    /// The name most similar to a misspelt one; `nil` if none is similar.
    public static func nearest(to name: String, among names: some Sequence<String>) -> String? {
        if name.isEmpty || name.utf8.count > longest { return nil }
        let most = max(1, min(3, name.count / 3))
        var best: (name: String, distance: Int)?
        for other in names where other.utf8.count <= longest && abs(other.count - name.count) <= most {
            let steps = distance(name, other)
            guard steps <= most else { continue }
            if let best, (best.distance, best.name) <= (steps, other) { continue }
            best = (other, steps)
        }
        return best?.name
    }

    /// A sentence that asks for the name most similar to a misspelt one, after a space; empty if none is similar.
    public static func question(after name: String, among names: some Sequence<String>) -> String {
        nearest(to: name, among: names).map { " Did you mean '\($0)'?" } ?? ""
    }

    /// How many letters must change to turn one word into another. Two swapped letters count as one change.
    private static func distance(_ left: String, _ right: String) -> Int {
        let (a, b) = (Array(left), Array(right))
        var rows = [Array(0...b.count)]
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var steps = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { steps = min(steps, rows[i - 1][j - 1] + 1) }
                row.append(steps)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
