/// `ai_tokens` says the same of what was given and used as the API, which is to say all of it.
enum TokenTotalsMigration {
    /// What was used of grants besides the monthly allowance, as far as they count at a moment.
    private static let function = """
        CREATE FUNCTION scrip.used_besides(state jsonb, credit_type text, moment bigint) RETURNS numeric
        LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
            SELECT coalesce(sum((item.value ->> 'amount')::numeric - (item.value ->> 'remaining')::numeric), 0)
            FROM jsonb_array_elements(used_besides.state -> 'balances') balance
            CROSS JOIN LATERAL jsonb_array_elements(balance.value -> 'grants') item
            WHERE balance.value ->> 'credit_type' = used_besides.credit_type
                AND item.value ->> 'source' <> 'monthly'
                AND NOT coalesce((item.value ->> 'expired')::boolean, false)
                AND NOT coalesce((item.value ->> 'expires_at')::bigint <= used_besides.moment, false)
                AND NOT (coalesce((item.value ->> 'scheduled')::boolean, false)
                    AND (item.value ->> 'effective_at')::bigint > used_besides.moment)
        $$;
        GRANT EXECUTE ON FUNCTION scrip.used_besides(jsonb, text, bigint) TO PUBLIC;
        """

    private static let view = """
        CREATE OR REPLACE VIEW {views}.ai_tokens WITH (security_barrier) AS
        SELECT a.account_id || ':' || b.credit_type AS id, a.account_id AS organization_id,
            b.credit_type AS token_type,
            CASE WHEN NOT b.is_unlimited THEN scrip.credits(b.posted - b.held) END AS balance,
            CASE WHEN NOT b.is_unlimited THEN scrip.credits(coalesce(b.allowance, 0) + b.given) END AS total_allocated,
            scrip.credits(b.allowance_used + b.debt
                + scrip.used_besides(a.state, b.credit_type, scrip.microseconds(now()))) AS total_used,
            scrip.moment(coalesce(b.period_end, b.next_end)) AS refresh_date, b.is_unlimited, a.is_current,
            a.created_at, a.updated_at
        FROM scrip.visible_settings a
        CROSS JOIN LATERAL scrip.balances(a.state, scrip.microseconds(now())) b WHERE a.kind = 'organization';
        """

    private static let named = """
        DO $do$
        DECLARE
            place text := (SELECT relnamespace::regnamespace::text FROM pg_class
                WHERE oid = (SELECT tgrelid FROM pg_trigger WHERE tgname = 'insert_tokens'
                    AND tgfoid = 'scrip.insert_tokens'::regproc));
        BEGIN
            EXECUTE replace($views$
        \(InlinedSQL.writtenOut(view))
            $views$, '{views}', place);
        END
        $do$;
        """

    static let sql = [function, named].joined(separator: "\n")
}
