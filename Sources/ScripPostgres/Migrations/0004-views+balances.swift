/// How SQL reads an account's balances from its snapshot.
enum Migration0004Balances {
    /// A function of its own keeps the plans of the views small; planning them in one piece took longer than running them.
    static let sql = #"""
        -- Grants and holds whose time is over by a moment count no more, and grants whose time has come do, whether or
        -- not that was written down yet. A period that began since is not given out before it is written, and neither is
        -- debt that was paid from credits that came and went since.
        CREATE FUNCTION scrip.balances(state jsonb, moment bigint) RETURNS TABLE (
            credit_type text, is_unlimited boolean, posted numeric, held numeric, debt numeric, monthly numeric,
            purchased numeric, given numeric, spent numeric, next_end bigint, allowance numeric,
            allowance_used numeric, period_start bigint, period_end bigint, usage_day bigint, consumed numeric
        )
        LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 2 COST 200
        SET search_path = pg_catalog, pg_temp SET jit = off AS $$
        #variable_conflict use_column
        BEGIN
            RETURN QUERY
            WITH holds AS MATERIALIZED (
                SELECT hold.value ->> 'credit_type' AS credit_type, part.value ->> 'grant' AS grant_id,
                    (part.value ->> 'amount')::numeric AS amount
                FROM jsonb_array_elements(balances.state -> 'holds') hold
                CROSS JOIN jsonb_array_elements(hold.value -> 'parts') part
                WHERE (hold.value ->> 'expires_at')::bigint > balances.moment
                    AND part.value ->> 'source' <> 'unlimited'
            )
            SELECT balance.value ->> 'credit_type',
                coalesce(balance.value ? 'allowance' AND NOT balance.value -> 'allowance' ? 'amount', false),
                grants.posted - coalesce((balance.value ->> 'debt')::numeric, 0),
                coalesce((
                    SELECT sum(h.amount) FROM holds h WHERE h.credit_type = balance.value ->> 'credit_type'), 0),
                greatest(coalesce((balance.value ->> 'debt')::numeric, 0) - grants.free, 0),
                grants.monthly, grants.purchased, grants.given, grants.spent, grants.next_end,
                (balance.value #>> '{allowance,amount}')::numeric,
                coalesce((balance.value #>> '{allowance,used}')::numeric, 0),
                (balance.value #>> '{allowance,start}')::bigint, (balance.value #>> '{allowance,end}')::bigint,
                (balances.state ->> 'usage_day')::bigint,
                coalesce((
                    SELECT sum((u.value ->> 'charged')::numeric - coalesce((u.value ->> 'refunded')::numeric, 0))
                    FROM jsonb_array_elements(balances.state -> 'usage') u
                    WHERE u.value ->> 'credit_type' = balance.value ->> 'credit_type'
                ), 0)
            FROM jsonb_array_elements(balances.state -> 'balances') balance
            CROSS JOIN LATERAL (
                SELECT coalesce(sum(counted), 0) AS posted, coalesce(sum(counted - reserved), 0) AS free,
                    coalesce(sum(counted) FILTER (WHERE source IN ('monthly', 'rollover')), 0) AS monthly,
                    coalesce(sum(counted) FILTER (WHERE source = 'purchased'), 0) AS purchased,
                    coalesce(sum(amount) FILTER (WHERE counts AND source NOT IN ('monthly', 'adjustment')), 0)
                        AS given,
                    coalesce(sum(amount - counted) FILTER (WHERE counts), 0) AS spent,
                    min(expires_at) FILTER (WHERE counts) AS next_end
                FROM (
                    SELECT source, amount, expires_at, reserved, NOT is_over AND NOT is_waiting AS counts,
                        CASE WHEN is_waiting THEN 0 WHEN is_over THEN reserved ELSE remaining END AS counted
                    FROM (
                        SELECT item.value ->> 'source' AS source,
                            coalesce((
                                SELECT sum(h.amount) FROM holds h WHERE h.grant_id = item.value ->> 'id'), 0)
                                AS reserved,
                            (item.value ->> 'amount')::numeric AS amount,
                            (item.value ->> 'remaining')::numeric AS remaining,
                            (item.value ->> 'expires_at')::bigint AS expires_at,
                            coalesce((item.value ->> 'expired')::boolean, false)
                                OR coalesce((item.value ->> 'expires_at')::bigint <= balances.moment, false) AS is_over,
                            coalesce((item.value ->> 'scheduled')::boolean, false)
                                AND (item.value ->> 'effective_at')::bigint > balances.moment AS is_waiting
                        FROM jsonb_array_elements(balance.value -> 'grants') item
                    ) listed
                ) weighed
            ) grants;
        END
        $$;
        """#
}
