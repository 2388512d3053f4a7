extension AccountState {
    /// Refuses to bring the account to a moment if a damaged version of the catalog would decide what becomes of it on
    /// the way.
    public func requireSound(_ catalogs: CatalogHistory, through moment: Timestamp) throws(Rejection) {
        try catalogs.requireSound(from: exists ? min(lastRecordedAt, moment) : moment, through: moment)
    }
}
