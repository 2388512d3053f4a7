/// Nothing: PostgreSQL alone has views for applications to write to, and mends one of them by the same number.
enum Migration0019 { static let sql = "" }
