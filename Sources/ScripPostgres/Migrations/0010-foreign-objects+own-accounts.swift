/// Which accounts the claims of a verified token name, as the server would find them.
enum Migration0010OwnAccounts {
    static let sql = #"""
        -- What the servers know of issuers; each writes it when it starts. Without any, claims of every issuer are taken.
        CREATE TABLE scrip.issuers (
            issuer text COLLATE "C" NOT NULL PRIMARY KEY,
            kind text NOT NULL,
            account_rule text NOT NULL,
            account_prefix text NOT NULL,
            subject_claim text NOT NULL,
            organization_claim text
        );

        -- A claim that is a text with something in it, by its name, or by a path with dots where none has that name.
        CREATE FUNCTION scrip.claim(claims jsonb, name text) RETURNS text
        LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
            value jsonb := coalesce(claims -> name, claims #> string_to_array(name, '.'));
        BEGIN
            IF jsonb_typeof(value) IS DISTINCT FROM 'string' THEN RETURN NULL; END IF;
            RETURN nullif(value #>> '{}', '');
        END
        $$;
        REVOKE EXECUTE ON FUNCTION scrip.claim(jsonb, text) FROM PUBLIC;

        -- Whether an account is another issuer's: its prefix begins with this one's and is longer.
        CREATE FUNCTION scrip.is_foreign(account text, prefix text) RETURNS boolean
        LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
            SELECT EXISTS (SELECT FROM scrip.issuers i
                WHERE length(i.account_prefix) > length(prefix) AND starts_with(account, i.account_prefix))
        $$;
        REVOKE EXECUTE ON FUNCTION scrip.is_foreign(text, text) FROM PUBLIC;

        CREATE OR REPLACE FUNCTION scrip.own_accounts() RETURNS text[]
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
            claims jsonb;
            rule scrip.issuers%ROWTYPE;
            person text;
            organization text;
            states_organization boolean := true;
            own text[] := '{}';
            settings json;
        BEGIN
            BEGIN
                claims := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
            EXCEPTION WHEN OTHERS THEN
                RETURN own;
            END;
            IF claims IS NULL OR jsonb_typeof(claims) <> 'object' THEN RETURN own; END IF;
            IF coalesce(claims ->> 'role', 'authenticated') <> 'authenticated' THEN RETURN own; END IF;
            IF EXISTS (SELECT FROM scrip.issuers) THEN
                SELECT i.* INTO rule FROM scrip.issuers i WHERE i.issuer = scrip.claim(claims, 'iss');
                IF NOT FOUND THEN RETURN own; END IF;
            ELSE
                rule.account_rule := 'organization_or_user';
                rule.account_prefix := '';
                rule.subject_claim := 'sub';
            END IF;
            -- Emptiness is looked at before anything is joined.
            person := rule.account_prefix || scrip.claim(claims, rule.subject_claim);
            IF person IS NULL OR scrip.is_foreign(person, rule.account_prefix) THEN RETURN own; END IF;
            SELECT scrip.readable(a.metadata)::json INTO settings FROM scrip.accounts a
                WHERE a.account_id = person
                AND scrip.readable(a.state)::jsonb #>> '{settings,kind}' = 'user';
            IF FOUND AND rule.account_rule <> 'organization' THEN own := own || person; END IF;
            IF rule.account_rule = 'user' THEN RETURN own; END IF;
            IF rule.organization_claim IS NOT NULL THEN
                organization := scrip.claim(claims, rule.organization_claim);
                states_organization := organization IS NOT NULL;
            ELSIF coalesce(rule.kind, 'clerk') = 'clerk' AND claims ? 'org_id' THEN
                organization := scrip.claim(claims, 'org_id');
            ELSIF coalesce(rule.kind, 'clerk') = 'clerk' AND claims ? 'o' THEN
                IF jsonb_typeof(claims #> '{o,id}') = 'string' THEN
                    organization := nullif(claims #>> '{o,id}', '');
                END IF;
            ELSIF coalesce(rule.kind, 'supabase') = 'supabase' AND claims -> 'app_metadata' ? 'organization_id' THEN
                IF jsonb_typeof(claims #> '{app_metadata,organization_id}') = 'string' THEN
                    organization := nullif(claims #>> '{app_metadata,organization_id}', '');
                END IF;
            ELSE
                states_organization := false;
            END IF;
            organization := rule.account_prefix || organization;
            IF scrip.is_foreign(organization, rule.account_prefix) THEN RETURN own; END IF;
            IF NOT states_organization AND json_typeof(settings -> 'organization_id') = 'string' THEN
                organization := settings ->> 'organization_id';
            END IF;
            PERFORM 1 FROM scrip.accounts a WHERE a.account_id = organization
                AND scrip.readable(a.state)::jsonb #>> '{settings,kind}' = 'organization';
            IF FOUND THEN own := own || organization; END IF;
            RETURN own;
        END
        $$;
        """#
}
