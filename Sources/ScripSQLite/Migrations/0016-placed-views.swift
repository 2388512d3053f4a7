/// Nothing: PostgreSQL alone has views for applications to read, and puts them beside their own tables by the same number.
enum Migration0016 { static let sql = "" }
