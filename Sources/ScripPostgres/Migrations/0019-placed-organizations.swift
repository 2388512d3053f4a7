/// What is written to `ai_tokens` beside an application's own tables is for one organization, the one that the server would
/// find: no user's account, none of an issuer whose tokens stand for users alone, and no guess where two fit.
enum Migration0019 {
    static let sql = #"""
        CREATE OR REPLACE FUNCTION scrip.insert_placed_tokens() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
            id text := NEW.organization_id::text;
            fitting text[];
        BEGIN
            SELECT array_agg(DISTINCT a.account_id ORDER BY a.account_id) INTO fitting
            FROM (
                SELECT '' AS prefix
                UNION SELECT i.account_prefix FROM scrip.issuers i WHERE i.account_rule <> 'user'
            ) issued
            JOIN scrip.accounts a ON a.account_id = issued.prefix || id
            WHERE scrip.readable(a.state)::jsonb #>> '{settings,kind}' = 'organization'
                AND (issued.prefix = '' OR NOT scrip.is_foreign(a.account_id, issued.prefix));
            -- Where ids are texts, an account's own id means no other.
            IF pg_typeof(NEW.organization_id) <> 'uuid'::regtype AND id = ANY (fitting) THEN fitting := ARRAY[id]; END IF;
            IF cardinality(fitting) > 1 THEN
                RAISE EXCEPTION 'several organizations fit %: %', id, array_to_string(fitting, ', ')
                    USING ERRCODE = 'cardinality_violation',
                    HINT = 'Write to scrip_views.ai_tokens, whose organization_id is the account''s whole id.';
            END IF;
            INSERT INTO scrip_views.ai_tokens (organization_id, token_type, balance, total_allocated, refresh_date)
                VALUES (coalesce(fitting[1], id), NEW.token_type, NEW.balance, NEW.total_allocated, NEW.refresh_date);
            RETURN NEW;
        END
        $$;
        """#
}
