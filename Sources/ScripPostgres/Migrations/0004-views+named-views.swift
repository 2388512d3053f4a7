extension Migration0004Views {
    /// The views by the names that applications use.
    static let named = #"""
        CREATE VIEW users WITH (security_barrier) AS
        SELECT account_id AS id, email, name, demo_mode, plan, created_at, updated_at, metadata
        FROM scrip.visible_settings WHERE kind = 'user';

        CREATE VIEW organizations WITH (security_barrier) AS
        SELECT account_id AS id, name, email, plan, demo_mode, created_at, updated_at, metadata
        FROM scrip.visible_settings WHERE kind = 'organization';

        CREATE VIEW user_profiles WITH (security_barrier) AS
        SELECT account_id AS id,
            CASE WHEN json_typeof(metadata -> 'organization_id') = 'string' THEN metadata ->> 'organization_id' END
                AS organization_id,
            email, name AS full_name, plan, created_at, updated_at
        FROM scrip.visible_settings WHERE kind = 'user';

        CREATE VIEW user_credit_balances WITH (security_barrier) AS
        SELECT b.account_id || ':' || b.credit_type AS id, b.account_id AS user_id, b.credit_type,
            CASE WHEN NOT b.is_unlimited THEN scrip.credits(b.posted - b.held) END AS current_balance,
            scrip.credits(b.held) AS held_balance, scrip.credits(b.debt) AS debt,
            scrip.credits(b.monthly) AS monthly_balance, scrip.credits(b.purchased) AS purchased_balance,
            scrip.credits(b.allowance) AS monthly_allowance,
            scrip.credits(b.allowance_used) AS allowance_used,
            scrip.credits(past.consumed + CASE WHEN b.usage_day >= month.first_day THEN b.consumed ELSE 0 END) AS
                current_month_consumed,
            b.is_unlimited, scrip.moment(b.period_start) AS last_reset_date,
            scrip.moment(b.period_end) AS next_reset_date, b.is_current, b.created_at, b.updated_at
        FROM scrip.visible_balances b
        CROSS JOIN LATERAL (
            SELECT date_trunc('month', now() AT TIME ZONE 'UTC')::date - date '1970-01-01' AS first_day
        ) month
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(t.charged - t.refunded), 0) AS consumed FROM scrip.usage_totals t
            WHERE t.account_id = b.account_id AND t.day >= month.first_day AND t.credit_type = b.credit_type
        ) past
        WHERE b.kind = 'user';

        CREATE VIEW ai_tokens WITH (security_barrier) AS
        SELECT b.account_id || ':' || b.credit_type AS id, b.account_id AS organization_id,
            b.credit_type AS token_type,
            CASE WHEN NOT b.is_unlimited THEN scrip.credits(b.posted - b.held) END AS balance,
            CASE WHEN NOT b.is_unlimited THEN scrip.credits(coalesce(b.allowance, 0) + b.given) END AS total_allocated,
            scrip.credits(CASE WHEN b.period_end IS NULL THEN b.spent ELSE b.allowance_used END) AS total_used,
            scrip.moment(coalesce(b.period_end, b.next_end)) AS refresh_date, b.is_unlimited, b.is_current,
            b.created_at, b.updated_at
        FROM scrip.visible_balances b WHERE b.kind = 'organization';

        CREATE VIEW credit_usage_events WITH (security_barrier) AS
        SELECT 'en_' || left(encode(sha256(convert_to(u.account_id, 'UTF8')), 'hex'), 12) || '_' || u.seq AS id,
            u.account_id,
            CASE WHEN a.kind = 'organization' THEN u.body #>> '{usage,user}' ELSE u.account_id END AS user_id,
            CASE WHEN a.kind = 'organization' THEN u.account_id END AS organization_id,
            u.action AS action_type, u.credit_type, scrip.credits(u.charged) AS credits_charged,
            scrip.credits(u.refunded) AS credits_refunded,
            (u.body #>> '{usage,counts,input_tokens}')::bigint AS input_tokens,
            (u.body #>> '{usage,counts,output_tokens}')::bigint AS output_tokens,
            u.body #>> '{usage,model}' AS model, u.body #>> '{usage,provider}' AS provider,
            (u.body #>> '{rating,cost}')::numeric AS cost_dollars,
            (u.body #>> '{rating,price_version}')::bigint AS price_version,
            u.body #>> '{usage,description}' AS description,
            u.body #>> '{usage,resource_type}' AS resource_type, u.body #>> '{usage,resource_id}' AS resource_id,
            scrip.readable(u.body #>> '{usage,metadata}')::json AS metadata, u.created_at, u.recorded_at
        FROM scrip.visible_usage u
        JOIN scrip.visible_settings a ON a.account_id = u.account_id;

        CREATE VIEW ai_token_usage_log WITH (security_barrier) AS
        SELECT id, organization_id, user_id, credit_type AS token_type, action_type AS feature_used,
            credits_charged AS tokens_deducted, credits_refunded AS tokens_refunded, description, metadata, created_at
        FROM credit_usage_events WHERE organization_id IS NOT NULL;

        CREATE VIEW credit_action_costs WITH (security_barrier) AS
        SELECT action_type, name AS display_name, credit_type, rate, scrip.credits(credits_nano) AS credits,
            trim_scale(CASE WHEN rate = 'compute' THEN compute_attodollars * 0.000000000000000001
                WHEN rate = 'fixed' THEN (credits_nano * 0.000000001) * (value_attodollars * 0.000000000000000001)
                END) AS compute_cost_dollars,
            version AS price_version, scrip.moment(c.effective_at) AS updated_at
        FROM scrip.catalog_actions
        JOIN scrip.catalogs c USING (version)
        WHERE version = coalesce(
            (SELECT max(v.version) FROM scrip.catalogs v WHERE v.effective_at <= scrip.microseconds(now())),
            (SELECT min(v.version) FROM scrip.catalogs v));

        CREATE VIEW credit_requests WITH (security_barrier) AS
        SELECT request_id, kind, subject, body AS request, status, outcome, entry, requested_by, requested_at,
            finished_at, attempts
        FROM scrip.inbox WHERE (SELECT has_table_privilege('scrip.everything'::regclass, 'SELECT'));
        """#
}
