import ScripTesting

/// Objects that somebody who may create in `public` makes to be called by others. Each notes who runs it.
enum ForeignObjects {
    /// Every operator that PostgreSQL's own could be mistaken for, between all types that Scrip's SQL has; and functions
    /// whose arguments fit better than those of PostgreSQL's own.
    static let sql = #"""
        DO $$ BEGIN CREATE ROLE attacker; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
        GRANT CREATE, USAGE ON SCHEMA public TO attacker;
        SET ROLE attacker;
        CREATE TABLE public.ran (who text, what text);
        GRANT INSERT ON public.ran TO PUBLIC;
        DO $do$
        DECLARE
            types text[] := ARRAY['bigint', 'integer', 'smallint', 'numeric', 'double precision', 'text', 'name',
                'varchar', 'text[]', 'boolean', 'timestamptz', 'date', 'interval', 'json', 'jsonb', 'bytea', 'oid',
                'regclass', 'regnamespace', 'uuid'];
            l text; r text; op text; result text;
            pair integer := 0;
        BEGIN
            FOREACH l IN ARRAY types LOOP
                FOREACH r IN ARRAY types LOOP
                    pair := pair + 1;
                    FOREACH result IN ARRAY ARRAY['boolean', l] LOOP
                        EXECUTE format($f$CREATE FUNCTION public.foreign_%s_%s(%s, %s) RETURNS %s LANGUAGE plpgsql AS
                            $b$ BEGIN INSERT INTO public.ran VALUES (current_user, 'operator between %s and %s');
                            RETURN NULL; END $b$ $f$,
                            CASE result WHEN 'boolean' THEN 'truth' ELSE 'value' END, pair, l, r, result, l, r);
                        EXIT WHEN l = 'boolean';
                    END LOOP;
                    FOREACH op IN ARRAY ARRAY['=', '<>', '<', '<=', '>', '>=', '?', '@>'] LOOP
                        EXECUTE format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = '
                            'public.foreign_truth_%s)', op, l, r, pair);
                    END LOOP;
                    FOREACH op IN ARRAY ARRAY['+', '-', '*', '/', '%', '||', '->', '->>', '#>', '#>>'] LOOP
                        EXECUTE format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = '
                            'public.foreign_%s_%s)', op, l, r,
                            CASE l WHEN 'boolean' THEN 'truth' ELSE 'value' END, pair);
                    END LOOP;
                END LOOP;
            END LOOP;
        END
        $do$;
        DO $do$
        DECLARE
            made text;
        BEGIN
            FOREACH made IN ARRAY ARRAY[
                'has_table_privilege(regclass, text) RETURNS boolean', 'cardinality(text[]) RETURNS integer',
                'unnest(text[]) RETURNS text', 'unnest(bigint[]) RETURNS bigint', 'format(text, text) RETURNS text',
                'format(text, name) RETURNS text', 'replace(varchar, varchar, varchar) RETURNS text',
                'trim_scale(bigint) RETURNS numeric', 'left(text, bigint) RETURNS text',
                'pg_notify(varchar, varchar) RETURNS void', 'set_config(text, varchar, boolean) RETURNS text',
                'to_jsonb(text) RETURNS jsonb', 'jsonb_typeof(json) RETURNS text', 'json_typeof(jsonb) RETURNS text',
                'jsonb_build_object(text, text) RETURNS jsonb', 'current_setting(varchar) RETURNS text',
                'array_position(text[], text) RETURNS integer', 'to_regclass(varchar) RETURNS regclass',
                'nullif(text, text) RETURNS text', 'coalesce(text, text) RETURNS text', 'scale(bigint) RETURNS integer',
                'encode(text, text) RETURNS text', 'convert_to(text, text) RETURNS bytea'
            ] LOOP
                BEGIN
                    EXECUTE replace($f$CREATE FUNCTION public.@ LANGUAGE plpgsql AS
                        $b$ BEGIN INSERT INTO public.ran VALUES (current_user, '@'); RETURN NULL; END $b$ $f$,
                        '@', made);
                EXCEPTION WHEN syntax_error OR datatype_mismatch THEN
                    EXECUTE replace($f$CREATE FUNCTION public.@ LANGUAGE plpgsql AS
                        $b$ BEGIN INSERT INTO public.ran VALUES (current_user, '@'); END $b$ $f$, '@', made);
                END;
            END LOOP;
        END
        $do$;
        CREATE DOMAIN public.json AS text;
        CREATE DOMAIN public.moment AS bigint;
        RESET ROLE;
        """#

    /// Makes them in a database that `public` comes first in, for everybody.
    static func make(in database: String) throws {
        let cluster = try PostgresCluster.shared.get()
        try cluster.run(sql: sql, in: database)
        try cluster.run(
            sql: "ALTER DATABASE \(database) SET search_path = public, pg_catalog", in: database)
    }

    /// Who ran what.
    static func ran(in database: String) throws -> [String] {
        try PostgresCluster.shared.get().run(
            sql: "SELECT DISTINCT who, what FROM public.ran", in: database
        ).split(separator: "\n").map(String.init)
    }
}
