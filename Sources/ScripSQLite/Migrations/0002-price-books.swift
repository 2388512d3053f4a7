/// Price books, each kept once, and which of them goes with a version of the catalog.
/// See `docs/decisions/0006-price-books.md`.
enum Migration0002 {
    static let sql = """
        CREATE TABLE price_books (
            digest BLOB NOT NULL PRIMARY KEY,
            source TEXT NOT NULL,
            date TEXT NOT NULL,
            licence TEXT NOT NULL,
            recorded_at INTEGER NOT NULL,
            actor TEXT,
            document TEXT NOT NULL
        ) STRICT;
        ALTER TABLE catalogs ADD COLUMN book BLOB REFERENCES price_books (digest);
        """
}
