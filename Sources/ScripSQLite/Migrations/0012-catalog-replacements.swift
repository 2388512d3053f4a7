/// What takes the place of what a version of the catalog no longer has.
enum Migration0012 {
    static let sql = """
        ALTER TABLE catalogs ADD COLUMN replacements TEXT NOT NULL DEFAULT '';
        """
}
