/// The views. Each is made in the first schema of the search path; see ``Migration0021Roles``.
enum Migration0021Views {
    /// What all others are made of. Whoever may not see everything sees by index what the claims name.
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

        -- Grants and holds whose time is over by now count no more, and grants whose time has come do, whether or not
        -- that was written down yet. A period that began since is not given out before it is written.
        CREATE VIEW scrip.visible_balances WITH (security_barrier) AS
        SELECT a.account_id, a.kind, a.created_at, a.updated_at, a.is_current, a.state,
            balance.value ->> 'credit_type' AS credit_type,
            coalesce(balance.value ? 'allowance' AND NOT balance.value -> 'allowance' ? 'amount', false)
                AS is_unlimited,
            grants.posted - coalesce((balance.value ->> 'debt')::numeric, 0) AS posted,
            held.total AS held,
            coalesce((balance.value ->> 'debt')::numeric, 0) AS debt,
            grants.monthly, grants.purchased, grants.given, grants.open_given, grants.next_end,
            (balance.value #>> '{allowance,amount}')::numeric AS allowance,
            coalesce((balance.value #>> '{allowance,used}')::numeric, 0) AS allowance_used,
            (balance.value #>> '{allowance,start}')::bigint AS period_start,
            (balance.value #>> '{allowance,end}')::bigint AS period_end
        FROM scrip.visible_settings a
        CROSS JOIN LATERAL jsonb_array_elements(a.state -> 'balances') balance
        CROSS JOIN LATERAL (
            SELECT coalesce(sum((part.value ->> 'amount')::numeric), 0) AS total
            FROM jsonb_array_elements(a.state -> 'holds') hold
            CROSS JOIN jsonb_array_elements(hold.value -> 'parts') part
            WHERE hold.value ->> 'credit_type' = balance.value ->> 'credit_type'
                AND (hold.value ->> 'expires_at')::bigint > scrip.microseconds(now())
                AND part.value ->> 'source' <> 'unlimited'
        ) held
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(counted), 0) AS posted,
                coalesce(sum(counted) FILTER (WHERE source IN ('monthly', 'rollover')), 0) AS monthly,
                coalesce(sum(counted) FILTER (WHERE source = 'purchased'), 0) AS purchased,
                coalesce(sum(amount) FILTER (WHERE counts AND source NOT IN ('monthly', 'adjustment')), 0) AS given,
                coalesce(sum(amount - counted) FILTER (WHERE counts), 0) AS open_given,
                min(expires_at) FILTER (WHERE counts) AS next_end
            FROM (
                SELECT source, amount, expires_at, NOT is_over AND NOT is_waiting AS counts,
                    CASE WHEN is_waiting THEN 0 WHEN is_over THEN held_now ELSE remaining END AS counted
                FROM (
                    SELECT item.value ->> 'source' AS source, (item.value ->> 'amount')::numeric AS amount,
                        (item.value ->> 'remaining')::numeric AS remaining,
                        (item.value ->> 'expires_at')::bigint AS expires_at,
                        coalesce((item.value ->> 'expired')::boolean, false)
                            OR coalesce((item.value ->> 'expires_at')::bigint <= scrip.microseconds(now()), false)
                            AS is_over,
                        coalesce((item.value ->> 'scheduled')::boolean, false)
                            AND (item.value ->> 'effective_at')::bigint > scrip.microseconds(now()) AS is_waiting,
                        coalesce((
                            SELECT sum((part.value ->> 'amount')::numeric)
                            FROM jsonb_array_elements(a.state -> 'holds') hold
                            CROSS JOIN jsonb_array_elements(hold.value -> 'parts') part
                            WHERE (hold.value ->> 'expires_at')::bigint > scrip.microseconds(now())
                                AND part.value ->> 'grant' = item.value ->> 'id'
                        ), 0) AS held_now
                    FROM jsonb_array_elements(balance.value -> 'grants') item
                ) listed
            ) weighed
        ) grants;

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
