extension AccountState {
    /// Refuses to bring the account to a moment if a damaged catalog version would decide something on
    /// the way.
    public func requireSound(_ catalogs: CatalogHistory, through moment: Timestamp) throws(Rejection) {
        try catalogs.requireSound(from: exists ? min(lastRecordedAt, moment) : moment, through: moment)
    }
}
