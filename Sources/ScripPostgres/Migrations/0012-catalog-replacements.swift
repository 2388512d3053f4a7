/// What takes the place of what a version of the catalog no longer has.
enum Migration0012 {
    static let sql = """
        ALTER TABLE scrip.catalogs ADD COLUMN replacements text COLLATE pg_catalog."C" NOT NULL DEFAULT '';
        """
}
