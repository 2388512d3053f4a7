/// Where the views are made, and who may read them.
enum Migration0004Roles {
    /// Finds out where the views belong: in `public`, or in `scrip_views` where `public` has a relation of such a name
    /// already or the migrating user may not create there. They are made in `scrip`, where nobody else's operators are.
    static let schema = #"""
        DO $$
        BEGIN
            IF to_regnamespace('public') IS NOT NULL AND has_schema_privilege('public', 'CREATE') AND NOT EXISTS (
                SELECT FROM pg_class WHERE relnamespace = to_regnamespace('public') AND relname = ANY (ARRAY[
                    'users', 'organizations', 'user_profiles', 'user_credit_balances', 'ai_tokens',
                    'credit_usage_events', 'ai_token_usage_log', 'credit_action_costs', 'credit_requests'])
            ) THEN
                PERFORM set_config('scrip.place', 'public', true);
            ELSE
                CREATE SCHEMA IF NOT EXISTS scrip_views;
                PERFORM set_config('scrip.place', 'scrip_views', true);
            END IF;
            PERFORM set_config('search_path', 'scrip', true);
        END
        $$;
        """#

    /// Moves the views to where they belong.
    static let placement = #"""
        SET LOCAL search_path = pg_catalog, pg_temp;
        DO $$
        DECLARE
            name text;
        BEGIN
            FOREACH name IN ARRAY ARRAY['users', 'organizations', 'user_profiles', 'user_credit_balances', 'ai_tokens',
                'credit_usage_events', 'ai_token_usage_log', 'credit_action_costs', 'credit_requests']
            LOOP
                EXECUTE format('ALTER VIEW scrip.%I SET SCHEMA %I', name, current_setting('scrip.place'));
            END LOOP;
        END
        $$;
        """#

    /// Makes the roles where the migrating user may, and gives those that are there what belongs to them.
    static let sql = #"""
        CREATE FUNCTION scrip.grant_roles() RETURNS text[]
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
            place text := (SELECT relnamespace::regnamespace::text FROM pg_class
                WHERE oid = (SELECT tgrelid FROM pg_trigger WHERE tgname = 'insert_tokens'
                    AND tgfoid = 'scrip.insert_tokens'::regproc));
            name text;
            wanted text;
            absent text[] := '{}';
            shown text[] := ARRAY['users', 'organizations', 'user_profiles', 'user_credit_balances', 'ai_tokens',
                'credit_usage_events', 'ai_token_usage_log', 'credit_action_costs'];
        BEGIN
            -- Default privileges, such as Supabase's, may have given more than they should.
            FOR name IN SELECT DISTINCT format('%s FROM %s', c.oid::regclass,
                    CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END)
                FROM pg_class c, aclexplode(c.relacl) acl
                WHERE c.relkind IN ('r', 'v', 'S') AND acl.grantee <> c.relowner
                    AND (c.relnamespace = 'scrip'::regnamespace OR (c.relnamespace::regnamespace::text = place
                        AND c.relname = ANY (shown || 'credit_requests'::text)))
            LOOP
                EXECUTE 'REVOKE ALL ON ' || name;
            END LOOP;
            FOREACH wanted IN ARRAY ARRAY['scrip_reporting', 'authenticated', 'anon'] LOOP
                IF to_regrole(wanted) IS NULL THEN
                    absent := absent || wanted;
                    CONTINUE;
                END IF;
                CONTINUE WHEN wanted = 'anon';
                EXECUTE format('GRANT USAGE ON SCHEMA %s TO %I', place, wanted);
                FOREACH name IN ARRAY shown LOOP
                    EXECUTE format('GRANT SELECT ON %s.%I TO %I', place, name, wanted);
                END LOOP;
            END LOOP;
            IF to_regrole('scrip_reporting') IS NOT NULL THEN
                GRANT SELECT ON scrip.everything TO scrip_reporting;
                EXECUTE format('GRANT SELECT ON %s.credit_requests TO scrip_reporting', place);
            END IF;
            RETURN absent;
        END
        $$;

        REVOKE ALL ON SCHEMA scrip FROM PUBLIC;
        -- The views call these on behalf of whoever reads them.
        GRANT EXECUTE ON FUNCTION scrip.moment(bigint), scrip.microseconds(timestamptz), scrip.credits(numeric),
            scrip.readable(text), scrip.balances(jsonb, bigint), scrip.own_accounts() TO PUBLIC;
        REVOKE EXECUTE ON FUNCTION scrip.request(text, text, jsonb), scrip.grant_roles(), scrip.insert_tokens(),
            scrip.update_tokens(), scrip.update_action_cost(), scrip.require_amount(text, numeric) FROM PUBLIC;

        DO $$
        DECLARE
            wanted text;
        BEGIN
            FOREACH wanted IN ARRAY ARRAY['scrip_reporting', 'authenticated', 'anon'] LOOP
                CONTINUE WHEN to_regrole(wanted) IS NOT NULL;
                BEGIN
                    EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
                    EXECUTE format('GRANT %I TO CURRENT_USER', wanted);
                EXCEPTION WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN
                    NULL;
                END;
            END LOOP;
            PERFORM scrip.grant_roles();
        END
        $$;
        """#
}

/// Step 4 in the order of its parts.
enum Migration0004 {
    static let sql = [
        Migration0004Inbox.sql, Migration0004Balances.sql, Migration0004Views.internals, Migration0004Roles.schema,
        Migration0004Views.named,
        Migration0004Writes.sql, Migration0004Roles.placement, Migration0004Roles.sql,
    ].joined(separator: "\n")
}
