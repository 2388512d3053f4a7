import Foundation
import ScripCore
import ScripPostgres

/// Where everything is kept.
enum DatabaseLocation {
    /// A SQLite file.
    case sqlite(path: String)
    /// A PostgreSQL database, by an address that libpq understands.
    case postgres(address: String)

    /// Reads `sqlite:PATH`, a path, or the URI or the keywords of a PostgreSQL database.
    init(_ name: String) throws {
        if DatabaseAddress.isPostgres(name) {
            self = .postgres(address: name)
            return
        }
        for prefix in ["sqlite://", "sqlite:"] where name.hasPrefix(prefix) {
            let path = String(name.dropFirst(prefix.count))
            if path.isEmpty || path.contains("://") { throw DatabaseLocation.problem(name) }
            self = .sqlite(path: path)
            return
        }
        let isMistyped =
            name.contains("://") || name.hasPrefix("postgres:") || name.hasPrefix("postgresql:")
            || name.hasPrefix("postgres//") || name.hasPrefix("postgresql//")
        // A user, a password and a host, but no scheme that says which kind of database it is.
        let isHalf = !name.hasPrefix("/") && !name.hasPrefix(".") && name.contains(/:.*@/)
        if name.isEmpty || isMistyped || isHalf { throw DatabaseLocation.problem(name) }
        self = .sqlite(path: name)
    }

    private static func problem(_ name: String) -> Failure.Problem {
        let kind = String(name.prefix { $0 != ":" && $0 != "/" })
        let kinds = ["sqlite", "postgres", "postgresql"]
        let hint = kinds.contains(kind) ? "" : Spelling.question(after: kind, among: kinds)
        return .usage(
            "'\(DatabaseAddress.shown(name))' names no database; "
                + "write sqlite:PATH, a path, or postgres://USER@HOST/NAME.\(hint)")
    }
}
