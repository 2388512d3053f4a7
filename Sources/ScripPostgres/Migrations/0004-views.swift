/// The views. Each is made in the first schema of the search path; see ``Migration0004Roles``.
enum Migration0004Views {
    /// The base of all other views. Readers without full rights see what their claims name, found by index.
    static let internals = #"""
        CREATE VIEW scrip.visible_accounts WITH (security_barrier) AS
        SELECT account_id, due_at, state, name, email, metadata FROM scrip.accounts
        WHERE (SELECT has_table_privilege('scrip.everything'::regclass, 'SELECT'))
        UNION ALL
        SELECT account_id, due_at, state, name, email, metadata FROM scrip.accounts
        WHERE NOT (SELECT has_table_privilege('scrip.everything'::regclass, 'SELECT'))
            AND account_id = ANY ((SELECT scrip.own_accounts())::text[]);

        CREATE VIEW scrip.visible_charges WITH (security_barrier) AS
        SELECT account_id, seq, kind, credit_type, amount, action, effective_at, recorded_at, body FROM scrip.entries
        WHERE (SELECT has_table_privilege('scrip.everything'::regclass, 'SELECT'))
            AND (kind = 'capture' OR (kind = 'charge' AND subject IS NULL))
        UNION ALL
        SELECT account_id, seq, kind, credit_type, amount, action, effective_at, recorded_at, body FROM scrip.entries
        WHERE NOT (SELECT has_table_privilege('scrip.everything'::regclass, 'SELECT'))
            AND account_id = ANY ((SELECT scrip.own_accounts())::text[])
            AND (kind = 'capture' OR (kind = 'charge' AND subject IS NULL));

        CREATE VIEW scrip.visible_settings WITH (security_barrier) AS
        SELECT a.account_id, a.name, a.email, scrip.readable(a.metadata)::json AS metadata, parsed.state,
            parsed.state #>> '{settings,kind}' AS kind,
            coalesce((parsed.state #>> '{settings,demo}')::boolean, false) AS demo_mode,
            parsed.state #>> '{subscription,plan}' AS plan,
            scrip.moment((parsed.state ->> 'opened_at')::bigint) AS created_at,
            scrip.moment((parsed.state ->> 'last_recorded_at')::bigint) AS updated_at,
            coalesce(a.due_at > scrip.microseconds(now()), true) AS is_current
        FROM scrip.visible_accounts a
        CROSS JOIN LATERAL (SELECT scrip.readable(a.state)::jsonb AS state OFFSET 0) parsed;

        CREATE VIEW scrip.visible_balances WITH (security_barrier) AS
        SELECT a.account_id, a.kind, a.created_at, a.updated_at, a.is_current, balance.*
        FROM scrip.visible_settings a
        CROSS JOIN LATERAL scrip.balances(a.state, scrip.microseconds(now())) balance;

        -- What was charged, less refunds; usage that got its price later has it in the same row.
        CREATE VIEW scrip.visible_usage WITH (security_barrier) AS
        SELECT c.account_id, c.seq, c.credit_type, c.action, c.kind, entry.body,
            -(c.amount + later.amount)::numeric AS charged, later.refunded,
            scrip.moment(c.effective_at) AS created_at, scrip.moment(c.recorded_at) AS recorded_at
        FROM scrip.visible_charges c
        CROSS JOIN LATERAL (SELECT scrip.readable(c.body)::jsonb AS body OFFSET 0) entry
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(l.amount + coalesce(back.amount, 0)), 0) AS amount,
                coalesce(sum(CASE WHEN l.kind = 'refund' THEN l.amount ELSE back.amount END), 0) AS refunded
            FROM scrip.entries l
            LEFT JOIN LATERAL (
                SELECT sum(r.amount) AS amount FROM scrip.entries r
                WHERE l.kind = 'charge' AND r.account_id = l.account_id AND r.subject = l.seq AND r.kind = 'refund'
            ) back ON true
            WHERE l.account_id = c.account_id AND l.subject = c.seq AND l.kind IN ('refund', 'charge')
        ) later;
        """#
}
