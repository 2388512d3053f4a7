--% count-events | tracking-checklist.md | Initial Setup
SELECT COUNT(*) FROM credit_usage_events;

--% count-balances | tracking-checklist.md | Initial Setup
SELECT COUNT(*) FROM user_credit_balances;

--% count-costs | tracking-checklist.md | Initial Setup
SELECT COUNT(*) FROM credit_action_costs;

--% recent-chat | tracking-checklist.md | Phase 1: AI Operations
-- Verify events appear
SELECT * FROM credit_usage_events
WHERE action_type = 'ai_chat_message'
ORDER BY created_at DESC LIMIT 5;

--% workflow-events | tracking-checklist.md | Phase 2: Automation & Workflows
SELECT * FROM credit_usage_events
WHERE action_type LIKE '%workflow%'
ORDER BY created_at DESC;

--% last-day-by-action | tracking-checklist.md | Phase 3: Platform Features
SELECT action_type, COUNT(*), SUM(credits_charged)
FROM credit_usage_events
WHERE created_at > NOW() - INTERVAL '24 hours'
GROUP BY action_type;

--% average-by-action | tracking-checklist.md | Phase 4: Monitoring & Validation
-- Average credits per action type
SELECT
    action_type,
    AVG(credits_charged) as avg_credits,
    MIN(credits_charged) as min_credits,
    MAX(credits_charged) as max_credits
FROM credit_usage_events
GROUP BY action_type;

--% outliers | tracking-checklist.md | Phase 4: Monitoring & Validation
-- Find unusually expensive operations
SELECT * FROM credit_usage_events
WHERE credits_charged > 1.0
ORDER BY credits_charged DESC;

--% demo-events | tracking-checklist.md | Phase 4: Monitoring & Validation
-- Should be ZERO events for demo users
SELECT COUNT(*)
FROM credit_usage_events ce
JOIN users u ON u.id = ce.user_id
WHERE u.demo_mode = true;

--% update-cost | tracking-checklist.md | Phase 5: Cost Adjustments
UPDATE credit_action_costs
SET compute_cost_dollars = 0.XXX
WHERE action_type = 'action_name';

--% recent-events-by-user | tracking-integration-examples.md | Testing Credit Tracking
-- Check recent events
SELECT
    u.email,
    ce.action_type,
    ce.credits_charged,
    ce.description,
    ce.created_at
FROM credit_usage_events ce
JOIN users u ON u.id = ce.user_id
ORDER BY ce.created_at DESC
LIMIT 20;

--% user-balances | tracking-integration-examples.md | Testing Credit Tracking
-- Check user balance
SELECT
    u.email,
    cb.current_balance,
    cb.current_month_consumed
FROM user_credit_balances cb
JOIN users u ON u.id = cb.user_id;

--% initialize-missing | organization-tokens-checklist.md | Pre-Deployment Checklist: Token Initialization
-- Run in Supabase SQL Editor
INSERT INTO ai_tokens (organization_id, token_type, balance, total_allocated, refresh_date)
SELECT o.id, 'lead_generation', 50, 50, now() + interval '30 days'
FROM organizations o
WHERE o.plan = 'pro' AND NOT EXISTS (
  SELECT 1 FROM ai_tokens WHERE organization_id = o.id
);

--% count-tokens | organization-tokens-checklist.md | Step 2: Deploy Database, Step 3: Initialize Tokens
SELECT COUNT(*) FROM ai_tokens;

--% tables-exist | organization-tokens-checklist.md | Step 2: Deploy Database
-- In Supabase SQL Editor, run:
-- Copy entire contents of migrations/004_create_ai_tokens.sql
-- Paste and execute
-- Verify: SELECT COUNT(*) FROM ai_tokens; -- Should be 0 initially

-- Verify tables exist:
SELECT table_name FROM information_schema.tables
WHERE table_schema = 'public' AND table_name IN ('ai_tokens', 'ai_token_usage_log');

--% initialize-all | organization-tokens-checklist.md | Step 3: Initialize Tokens
-- For Pro plan organizations (adjust as needed)
INSERT INTO ai_tokens (organization_id, token_type, balance, total_allocated, refresh_date)
SELECT o.id, 'lead_generation', 50, 50, now() + interval '30 days'
FROM organizations o WHERE o.plan = 'pro'
UNION ALL
SELECT o.id, 'goal_generation', 20, 20, now() + interval '30 days'
FROM organizations o WHERE o.plan = 'pro'
-- ... repeat for all token types

--% uses-by-feature | organization-tokens-checklist.md | Monitoring Queries
-- Daily active feature check
SELECT feature_used, COUNT(*) as daily_uses
FROM ai_token_usage_log
WHERE created_at > now() - interval '24 hours'
GROUP BY feature_used;

--% spending-by-organization | organization-tokens-checklist.md | Monitoring Queries
-- Org spending this month
SELECT organization_id, SUM(tokens_deducted) as total
FROM ai_token_usage_log
WHERE created_at > now() - interval '30 days'
GROUP BY organization_id
ORDER BY total DESC
LIMIT 10;

--% stuck-tokens | organization-tokens-checklist.md | Monitoring Queries
-- Check for any stuck tokens (shouldn't exist)
SELECT * FROM ai_tokens WHERE balance > total_allocated;

--% first-token | organization-tokens-checklist.md | Issue: Migration Fails
SELECT * FROM ai_tokens LIMIT 1;

--% tokens-of-organization | organization-tokens-checklist.md | Issue: Tokens Not Deducting
-- Check if ai_tokens initialized
SELECT * FROM ai_tokens WHERE organization_id = 'test-org';

--% balance-of-type | organization-tokens-checklist.md | Issue: Tokens Not Deducting
-- Check balance before/after
SELECT balance FROM ai_tokens
WHERE organization_id = 'test-org'
AND token_type = 'goal_generation';

--% recent-log | organization-tokens-checklist.md | Issue: Tokens Not Deducting
-- Check if usage logged
SELECT * FROM ai_token_usage_log ORDER BY created_at DESC LIMIT 10;

--% profile | organization-tokens-checklist.md | Issue: RLS Policy Blocks Access
-- Verify user's organization
SELECT * FROM user_profiles WHERE id = 'user-id';

--% tokens-of-correct-organization | organization-tokens-checklist.md | Issue: RLS Policy Blocks Access
-- Verify org has tokens
SELECT * FROM ai_tokens WHERE organization_id = 'correct-org-id';

--% as-authenticated | organization-tokens-checklist.md | Issue: RLS Policy Blocks Access
-- Test RLS manually (as admin)
SET ROLE authenticated;
SET request.jwt.claims = '{"sub": "user-id"}';
SELECT * FROM ai_tokens;
RESET ROLE;

--% heaviest-feature | organization-tokens-checklist.md | Issue: High Token Usage (Unexpected)
-- Find the feature using most tokens
SELECT feature_used, COUNT(*) as uses, SUM(tokens_deducted) as total
FROM ai_token_usage_log
WHERE created_at > now() - interval '7 days'
GROUP BY feature_used
ORDER BY total DESC;

--% heaviest-user | organization-tokens-checklist.md | Issue: High Token Usage (Unexpected)
-- Find abusive user
SELECT user_id, COUNT(*) as calls, SUM(tokens_deducted) as tokens
FROM ai_token_usage_log
WHERE created_at > now() - interval '1 day'
GROUP BY user_id
ORDER BY tokens DESC LIMIT 1;

--% emergency | organization-tokens-checklist.md | If Deployment Blocks Critical Feature, Rollback Plan
UPDATE ai_tokens SET balance = 9999;
