/// What is written to a view becomes a request in the inbox. See ``InboxWorker`` for what it leads to.
enum Migration0004Writes {
    static let sql = #"""
        CREATE FUNCTION scrip.request(kind text, subject text, body jsonb) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        DECLARE
            asking text := CASE current_setting('role') WHEN 'none' THEN session_user::text
                ELSE current_setting('role') END;
        BEGIN
            IF NOT has_table_privilege(asking, 'scrip.everything', 'INSERT') THEN
                RAISE EXCEPTION 'role % may not write through Scrip''s views', asking
                    USING ERRCODE = 'insufficient_privilege';
            END IF;
            INSERT INTO scrip.inbox (kind, subject, body, requested_by)
                VALUES (request.kind, request.subject, request.body, asking);
            PERFORM pg_notify('scrip_inbox', '');
        END
        $$;

        CREATE FUNCTION scrip.require_amount(field text, amount numeric) RETURNS void
        LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
            -- PostgreSQL's NaN is greater than every number.
            IF amount IS NULL OR amount < 0 OR amount > 1000000000 OR scale(trim_scale(amount)) > 9 THEN
                RAISE EXCEPTION '% must be from 0 to 1000000000 with at most 9 digits after the point', field
                    USING ERRCODE = 'numeric_value_out_of_range';
            END IF;
        END
        $$;

        CREATE FUNCTION scrip.insert_tokens() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
            PERFORM scrip.require_amount('balance', NEW.balance);
            IF NEW.organization_id IS NULL OR NEW.token_type IS NULL THEN
                RAISE EXCEPTION 'organization_id and token_type are required' USING ERRCODE = 'not_null_violation';
            END IF;
            IF NEW.total_allocated IS DISTINCT FROM NEW.balance AND NEW.total_allocated IS NOT NULL THEN
                RAISE EXCEPTION 'total_allocated must be the balance' USING ERRCODE = 'check_violation';
            END IF;
            IF NEW.refresh_date <= now() THEN
                RAISE EXCEPTION 'refresh_date must be in the future' USING ERRCODE = 'check_violation';
            END IF;
            PERFORM 1 FROM scrip.accounts a WHERE a.account_id = NEW.organization_id
                AND scrip.readable(a.state)::jsonb #>> '{settings,kind}' = 'organization';
            IF NOT FOUND THEN
                RAISE EXCEPTION 'there is no organization %', NEW.organization_id
                    USING ERRCODE = 'foreign_key_violation';
            END IF;
            PERFORM scrip.request('initialize_tokens', NEW.organization_id, jsonb_build_object(
                'credit_type', NEW.token_type, 'amount', trim_scale(NEW.balance)::text,
                'expires_at', scrip.microseconds(NEW.refresh_date)));
            RETURN NEW;
        END
        $$;

        CREATE FUNCTION scrip.update_tokens() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
            IF to_jsonb(NEW) - 'balance' IS DISTINCT FROM to_jsonb(OLD) - 'balance' THEN
                RAISE EXCEPTION 'only balance can be changed; the rest follows from the plan and the journal'
                    USING ERRCODE = 'feature_not_supported';
            END IF;
            PERFORM scrip.require_amount('balance', NEW.balance);
            PERFORM scrip.request('set_balance', OLD.organization_id, jsonb_build_object(
                'credit_type', OLD.token_type, 'amount', trim_scale(NEW.balance)::text));
            RETURN NEW;
        END
        $$;

        CREATE FUNCTION scrip.update_action_cost() RETURNS trigger
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
            IF to_jsonb(NEW) - 'compute_cost_dollars' IS DISTINCT FROM to_jsonb(OLD) - 'compute_cost_dollars' THEN
                RAISE EXCEPTION 'only compute_cost_dollars can be changed here; apply a catalog for the rest'
                    USING ERRCODE = 'feature_not_supported';
            END IF;
            IF OLD.compute_cost_dollars IS NULL THEN
                RAISE EXCEPTION 'action % has no cost of its own: its rate is %', OLD.action_type, OLD.rate
                    USING ERRCODE = 'feature_not_supported';
            END IF;
            IF NEW.compute_cost_dollars IS NULL OR NEW.compute_cost_dollars < 0
                OR NEW.compute_cost_dollars > 1000000000 OR scale(trim_scale(NEW.compute_cost_dollars)) > 18 THEN
                RAISE EXCEPTION 'compute_cost_dollars must be from 0 to 1000000000 with at most 18 digits after the point'
                    USING ERRCODE = 'numeric_value_out_of_range';
            END IF;
            PERFORM scrip.request('set_action_cost', '', jsonb_build_object(
                'action_type', OLD.action_type, 'amount', trim_scale(NEW.compute_cost_dollars)::text));
            RETURN NEW;
        END
        $$;

        CREATE TRIGGER insert_tokens INSTEAD OF INSERT ON ai_tokens
            FOR EACH ROW EXECUTE FUNCTION scrip.insert_tokens();
        CREATE TRIGGER update_tokens INSTEAD OF UPDATE ON ai_tokens
            FOR EACH ROW EXECUTE FUNCTION scrip.update_tokens();
        CREATE TRIGGER update_action_cost INSTEAD OF UPDATE ON credit_action_costs
            FOR EACH ROW EXECUTE FUNCTION scrip.update_action_cost();
        """#
}
