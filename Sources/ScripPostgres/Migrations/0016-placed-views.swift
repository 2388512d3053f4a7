/// How the views are found beside an application's own tables; see `docs/sql.md`.
///
/// Where `public` has a `users` or `organizations` of its own, the views are in `scrip_views`, and `public` gets a view over
/// each whose name is free. In these, ids of users and organizations are of the type that the application's own have.
enum PlacedViewsMigration {
    static let sql = [suspension, identifiers, writes, placing, report].joined(separator: "\n")

    /// Accounts say whether they are suspended or erased.
    private static let suspension = #"""
        DO $do$
        DECLARE
            place text := (SELECT relnamespace::regnamespace::text FROM pg_class
                WHERE oid = (SELECT tgrelid FROM pg_trigger WHERE tgname = 'insert_tokens'
                    AND tgfoid = 'scrip.insert_tokens'::regproc));
            marks text := $$coalesce((state #>> '{settings,suspended}')::boolean, false) AS suspended,
                coalesce((state #>> '{settings,erased}')::boolean, false) AS erased$$;
        BEGIN
            EXECUTE format('CREATE OR REPLACE VIEW %s.users WITH (security_barrier) AS
                SELECT account_id AS id, email, name, demo_mode, plan, created_at, updated_at, metadata, %s
                FROM scrip.visible_settings WHERE kind = ''user''', place, marks);
            EXECUTE format('CREATE OR REPLACE VIEW %s.organizations WITH (security_barrier) AS
                SELECT account_id AS id, name, email, plan, demo_mode, created_at, updated_at, metadata, %s
                FROM scrip.visible_settings WHERE kind = ''organization''', place, marks);
        END
        $do$;
        """#

    /// Accounts' ids as the uuids of an application's own tables.
    private static let identifiers = #"""
        -- The uuid that an id is, with or without an issuer's prefix; null for any other id.
        CREATE FUNCTION scrip.as_uuid(id text) RETURNS uuid
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
            shape text := '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';
            prefix text;
        BEGIN
            IF id ~ shape THEN RETURN id::uuid; END IF;
            FOR prefix IN SELECT i.account_prefix FROM scrip.issuers i
                WHERE i.account_prefix <> '' AND starts_with(id, i.account_prefix)
                ORDER BY length(i.account_prefix) DESC
            LOOP
                IF substr(id, length(prefix) + 1) ~ shape THEN RETURN substr(id, length(prefix) + 1)::uuid; END IF;
            END LOOP;
            RETURN NULL;
        END
        $$;

        -- Joins by uuid must not come to nothing because ids are of another kind: then they fail.
        CREATE FUNCTION scrip.require_uuids(wanted text) RETURNS boolean
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
            account text;
            found_any boolean := false;
        BEGIN
            FOR account IN SELECT a.account_id FROM scrip.accounts a
                WHERE scrip.readable(a.state)::jsonb #>> '{settings,kind}' = wanted
            LOOP
                IF scrip.as_uuid(account) IS NOT NULL THEN RETURN true; END IF;
                found_any := true;
            END LOOP;
            IF NOT found_any THEN RETURN true; END IF;
            RAISE EXCEPTION 'no account of kind % has a uuid as its id, so a join with public.%s finds none',
                wanted, wanted USING ERRCODE = 'datatype_mismatch',
                HINT = 'Give accounts the ids of the application''s own rows, or ask the views in the schema scrip_views.';
        END
        $$;
        """#

    /// What is written to the views in `public` goes on to those in `scrip_views`.
    private static let writes = #"""
        CREATE FUNCTION scrip.insert_placed_tokens() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
            id text := NEW.organization_id::text;
            account text;
        BEGIN
            SELECT a.account_id INTO account FROM scrip.accounts a WHERE a.account_id = id;
            IF account IS NULL THEN
                SELECT a.account_id INTO account FROM scrip.issuers i
                    JOIN scrip.accounts a ON a.account_id = i.account_prefix || id LIMIT 1;
            END IF;
            INSERT INTO scrip_views.ai_tokens (organization_id, token_type, balance, total_allocated, refresh_date)
                VALUES (coalesce(account, id), NEW.token_type, NEW.balance, NEW.total_allocated, NEW.refresh_date);
            RETURN NEW;
        END
        $$;

        CREATE FUNCTION scrip.update_placed_tokens() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
            IF to_jsonb(NEW) - 'balance' IS DISTINCT FROM to_jsonb(OLD) - 'balance' THEN
                RAISE EXCEPTION 'only balance can be changed; the rest follows from the plan and the journal'
                    USING ERRCODE = 'feature_not_supported';
            END IF;
            UPDATE scrip_views.ai_tokens t SET balance = NEW.balance WHERE t.id = OLD.id;
            RETURN NEW;
        END
        $$;
        """#

    /// Makes the views in `public` what they should be, whatever the application has made there since.
    private static let placing = #"""
        CREATE FUNCTION scrip.place_views() RETURNS void
        LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
            mark text := 'Scrip''s view over the one in scrip_views';
            base record;
            known oid;
            user_type text;
            organization_type text;
            columns text;
            guards text;
            grantee text;
        BEGIN
            IF to_regclass('scrip_views.users') IS NULL OR to_regnamespace('public') IS NULL
                OR NOT has_schema_privilege('public', 'CREATE') THEN
                RETURN;
            END IF;
            SELECT format_type(a.atttypid, NULL) INTO user_type FROM pg_attribute a
                WHERE a.attrelid = to_regclass('public.users') AND a.attname = 'id'
                    AND obj_description(a.attrelid, 'pg_class') IS DISTINCT FROM mark;
            SELECT format_type(a.atttypid, NULL) INTO organization_type FROM pg_attribute a
                WHERE a.attrelid = to_regclass('public.organizations') AND a.attname = 'id'
                    AND obj_description(a.attrelid, 'pg_class') IS DISTINCT FROM mark;
            FOR base IN SELECT c.oid, c.relname, c.relacl FROM pg_class c
                WHERE c.relnamespace = 'scrip_views'::regnamespace AND c.relkind = 'v' AND c.relname = ANY (ARRAY['users',
                    'organizations', 'user_profiles', 'user_credit_balances', 'ai_tokens', 'credit_usage_events',
                    'ai_token_usage_log', 'credit_action_costs', 'credit_requests'])
            LOOP
                known := to_regclass(format('public.%I', base.relname));
                CONTINUE WHEN known IS NOT NULL AND obj_description(known, 'pg_class') IS DISTINCT FROM mark;
                SELECT string_agg(CASE WHEN kind IS NULL THEN format('v.%I', attname)
                        ELSE format('scrip.as_uuid(v.%I) AS %I', attname, attname) END, ', ' ORDER BY attnum),
                    string_agg(DISTINCT format('(SELECT scrip.require_uuids(%L))', kind), ' AND ')
                        FILTER (WHERE kind IS NOT NULL)
                INTO columns, guards
                FROM (
                    SELECT a.attname, a.attnum, CASE
                        WHEN user_type = 'uuid' AND (a.attname = 'user_id'
                            OR base.relname = 'user_profiles' AND a.attname = 'id') THEN 'user'
                        WHEN organization_type = 'uuid' AND a.attname = 'organization_id' THEN 'organization' END AS kind
                    FROM pg_attribute a WHERE a.attrelid = base.oid AND a.attnum > 0 AND NOT a.attisdropped
                ) named;
                IF known IS NOT NULL THEN EXECUTE format('DROP VIEW public.%I', base.relname); END IF;
                EXECUTE format('CREATE VIEW public.%I WITH (security_barrier) AS SELECT %s FROM scrip_views.%I v %s',
                    base.relname, columns, base.relname, coalesce('WHERE ' || guards, ''));
                EXECUTE format('COMMENT ON VIEW public.%I IS %L', base.relname, mark);
                -- Default privileges may have given more than those of the view below.
                FOR grantee IN SELECT DISTINCT CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END
                    FROM pg_class c, aclexplode(c.relacl) acl
                    WHERE c.oid = to_regclass(format('public.%I', base.relname)) AND acl.grantee <> c.relowner
                LOOP
                    EXECUTE format('REVOKE ALL ON public.%I FROM %s', base.relname, grantee);
                END LOOP;
                FOR grantee IN SELECT format('%s ON public.%I TO %s', acl.privilege_type, base.relname,
                        CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END)
                    FROM pg_class c, aclexplode(base.relacl) acl WHERE c.oid = base.oid AND acl.grantee <> c.relowner
                LOOP
                    EXECUTE 'GRANT ' || grantee;
                END LOOP;
                IF base.relname = 'ai_tokens' THEN
                    CREATE TRIGGER insert_placed_tokens INSTEAD OF INSERT ON public.ai_tokens
                        FOR EACH ROW EXECUTE FUNCTION scrip.insert_placed_tokens();
                    CREATE TRIGGER update_placed_tokens INSTEAD OF UPDATE ON public.ai_tokens
                        FOR EACH ROW EXECUTE FUNCTION scrip.update_placed_tokens();
                END IF;
            END LOOP;
        END
        $$;
        """#

    /// What `scrip migrate` says of the views.
    private static let report = #"""
        CREATE FUNCTION scrip.view_places() RETURNS TABLE (name text, place text, is_in_public boolean, id_type text)
        LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
            SELECT c.relname::text, c.relnamespace::regnamespace::text,
                coalesce(c.relnamespace::regnamespace::text = 'public'
                    OR obj_description(to_regclass(format('public.%I', c.relname)), 'pg_class')
                        = 'Scrip''s view over the one in scrip_views', false),
                (SELECT format_type(a.atttypid, NULL) FROM pg_attribute a
                    WHERE a.attrelid = to_regclass(format('public.%I', c.relname)) AND a.attname = 'id'
                        AND c.relname IN ('users', 'organizations'))
            FROM pg_class c
            WHERE c.relkind = 'v' AND c.relname = ANY (ARRAY['users', 'organizations', 'user_profiles',
                    'user_credit_balances', 'ai_tokens', 'credit_usage_events', 'ai_token_usage_log',
                    'credit_action_costs', 'credit_requests'])
                AND c.relnamespace::regnamespace::text = (SELECT relnamespace::regnamespace::text FROM pg_class
                    WHERE oid = (SELECT tgrelid FROM pg_trigger WHERE tgname = 'insert_tokens'
                        AND tgfoid = 'scrip.insert_tokens'::regproc))
            ORDER BY 1
        $$;
        REVOKE EXECUTE ON FUNCTION scrip.place_views(), scrip.view_places(), scrip.insert_placed_tokens(),
            scrip.update_placed_tokens() FROM PUBLIC;
        """#
}
