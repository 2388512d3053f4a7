/// Purchases, what ties accounts to payment providers, and the providers' messages that were dealt with.
enum Migration0005 {
    static let sql = """
        CREATE TABLE purchases (
            account_id TEXT NOT NULL,
            purchase_id TEXT NOT NULL,
            status TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            next_attempt_at INTEGER,
            body TEXT NOT NULL,
            PRIMARY KEY (account_id, purchase_id)
        ) STRICT;
        CREATE INDEX purchases_account ON purchases (account_id, created_at, purchase_id);
        CREATE INDEX purchases_created ON purchases (created_at, purchase_id);
        CREATE INDEX purchases_due ON purchases (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

        CREATE TABLE purchase_references (
            provider TEXT NOT NULL,
            reference TEXT NOT NULL,
            account_id TEXT NOT NULL,
            purchase_id TEXT NOT NULL,
            PRIMARY KEY (provider, reference)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE provider_events (
            provider TEXT NOT NULL,
            event_id TEXT NOT NULL,
            kind TEXT NOT NULL,
            subject TEXT,
            recorded_at INTEGER NOT NULL,
            PRIMARY KEY (provider, event_id)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE billing_profiles (
            account_id TEXT NOT NULL PRIMARY KEY,
            provider TEXT,
            customer TEXT,
            has_top_up INTEGER NOT NULL,
            body TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX billing_profiles_customer ON billing_profiles (provider, customer) WHERE customer IS NOT NULL;
        CREATE INDEX billing_profiles_top_up ON billing_profiles (account_id) WHERE has_top_up = 1;
        """
}
