/// Purchases, what ties accounts to payment providers, and the providers' messages that were dealt with.
enum Migration0003 {
    static let sql = """
        CREATE TABLE scrip.purchases (
            account_id text COLLATE "C" NOT NULL,
            purchase_id text COLLATE "C" NOT NULL,
            status text COLLATE "C" NOT NULL,
            created_at bigint NOT NULL,
            next_attempt_at bigint,
            body text NOT NULL,
            PRIMARY KEY (account_id, purchase_id)
        );
        CREATE INDEX purchases_account ON scrip.purchases (account_id, created_at, purchase_id);
        CREATE INDEX purchases_created ON scrip.purchases (created_at, purchase_id);
        CREATE INDEX purchases_due ON scrip.purchases (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

        CREATE TABLE scrip.purchase_references (
            provider text COLLATE "C" NOT NULL,
            reference text COLLATE "C" NOT NULL,
            account_id text COLLATE "C" NOT NULL,
            purchase_id text COLLATE "C" NOT NULL,
            PRIMARY KEY (provider, reference)
        );

        CREATE TABLE scrip.provider_events (
            provider text COLLATE "C" NOT NULL,
            event_id text COLLATE "C" NOT NULL,
            kind text NOT NULL,
            subject text,
            recorded_at bigint NOT NULL,
            PRIMARY KEY (provider, event_id)
        );

        CREATE TABLE scrip.billing_profiles (
            account_id text COLLATE "C" NOT NULL PRIMARY KEY,
            provider text COLLATE "C",
            customer text COLLATE "C",
            has_top_up boolean NOT NULL,
            body text NOT NULL
        );
        CREATE INDEX billing_profiles_customer ON scrip.billing_profiles (provider, customer, account_id)
            WHERE customer IS NOT NULL;
        CREATE INDEX billing_profiles_top_up ON scrip.billing_profiles (account_id) WHERE has_top_up;
        """
}
