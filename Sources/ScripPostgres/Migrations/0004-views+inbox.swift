/// The inbox that SQL writes to, and the prices of each catalog version in a form that SQL can read.
/// See `docs/decisions/0010-sql-views.md`.
enum Migration0004Inbox {
    static let sql = #"""
        CREATE TABLE scrip.catalog_actions (
            version bigint NOT NULL,
            action_type text COLLATE "C" NOT NULL,
            name text NOT NULL,
            credit_type text COLLATE "C" NOT NULL,
            rate text NOT NULL,
            credits_nano bigint,
            compute_attodollars numeric,
            value_attodollars numeric,
            PRIMARY KEY (version, action_type)
        );

        CREATE TABLE scrip.inbox (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            request_id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
            kind text NOT NULL,
            subject text COLLATE "C" NOT NULL,
            body jsonb NOT NULL,
            requested_by text NOT NULL,
            requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'done', 'failed')),
            claimed_until timestamptz,
            attempts bigint NOT NULL DEFAULT 0,
            outcome text,
            entry text,
            finished_at timestamptz
        );
        CREATE INDEX inbox_waiting ON scrip.inbox (subject, number) WHERE status = 'waiting';
        CREATE INDEX inbox_order ON scrip.inbox (number) WHERE status = 'waiting';

        -- Who may read this empty table sees the rows of all accounts, who may insert into it may write through views.
        CREATE TABLE scrip.everything ();

        CREATE FUNCTION scrip.moment(microseconds bigint) RETURNS timestamptz
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
            SELECT timestamptz '1970-01-01 00:00:00+00' + (microseconds / 1000000) * interval '1 second'
                + (microseconds % 1000000) * interval '1 microsecond'
        $$;

        CREATE FUNCTION scrip.microseconds(moment timestamptz) RETURNS bigint
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
            SELECT (extract(epoch FROM moment) * 1000000)::bigint
        $$;

        CREATE FUNCTION scrip.credits(nanocredits numeric) RETURNS numeric
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT trim_scale(nanocredits * 0.000000001) $$;

        -- PostgreSQL's texts cannot hold U+0000, which JSON can name; it becomes its picture, as elsewhere.
        CREATE FUNCTION scrip.readable(document text) RETURNS text
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT replace(document, '\u0000', '\u2400') $$;

        -- The accounts that the claims of a verified token name: the user's own, and the organization it stands for.
        -- Claims of any other shape name none.
        CREATE FUNCTION scrip.own_accounts() RETURNS text[]
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
            claims jsonb;
            person text;
            organization text;
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
            IF jsonb_typeof(claims -> 'sub') IS DISTINCT FROM 'string' THEN RETURN own; END IF;
            person := claims ->> 'sub';
            SELECT scrip.readable(a.metadata)::json INTO settings FROM scrip.accounts a
                WHERE a.account_id = person
                AND scrip.readable(a.state)::jsonb #>> '{settings,kind}' = 'user';
            IF FOUND THEN own := own || person; END IF;
            IF claims ? 'org_id' THEN
                IF jsonb_typeof(claims -> 'org_id') = 'string' THEN organization := claims ->> 'org_id'; END IF;
            ELSIF claims ? 'o' THEN
                IF jsonb_typeof(claims #> '{o,id}') = 'string' THEN organization := claims #>> '{o,id}'; END IF;
            ELSIF claims -> 'app_metadata' ? 'organization_id' THEN
                IF jsonb_typeof(claims #> '{app_metadata,organization_id}') = 'string' THEN
                    organization := claims #>> '{app_metadata,organization_id}';
                END IF;
            ELSIF json_typeof(settings -> 'organization_id') = 'string' THEN
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
