import Foundation

/// Where everything is kept.
enum DatabaseLocation {
    /// A file of SQLite's.
    case sqlite(path: String)
    /// A PostgreSQL database, by an address that libpq understands.
    case postgres(address: String)

    /// Reads `sqlite:PATH`, a path, or the URI of a PostgreSQL database.
    init(_ name: String) throws {
        if name.hasPrefix("postgres://") || name.hasPrefix("postgresql://") {
            self = .postgres(address: name)
            return
        }
        for prefix in ["sqlite://", "sqlite:"] where name.hasPrefix(prefix) {
            self = try DatabaseLocation(String(name.dropFirst(prefix.count)))
            return
        }
        if name.isEmpty || name.contains("://") || name.hasPrefix("postgres:") || name.hasPrefix("postgresql:") {
            throw Failure.Problem.usage(
                "'\(DatabaseLocation.withoutPassword(name))' names no database; "
                    + "write sqlite:PATH, a path, or postgres://USER@HOST/NAME.")
        }
        self = .sqlite(path: name)
    }

    /// The name without a password that stands in it, before the host or among the parameters.
    static func withoutPassword(_ name: String) -> String {
        var shown = name
        // A password in which a slash was not escaped is one too, so the last "@" counts wherever it stands.
        if let start = name.range(of: "://"), let end = name.lastIndex(of: "@"), start.upperBound < end,
            let colon = name[start.upperBound..<end].firstIndex(of: ":")
        {
            shown.replaceSubrange(colon..<end, with: ":…")
        }
        return shown.replacing(/([?&](?:ssl)?password=)[^&]*/) { "\($0.1)…" }
    }
}
