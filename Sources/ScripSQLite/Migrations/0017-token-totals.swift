/// Nothing: PostgreSQL alone has views for applications to read, and counts tokens in them by the same number.
enum Migration0017 { static let sql = "" }
