#!/bin/sh
# Usage tracking: the app records what its users did, after they did it, in twelve kinds of actions. Run it as it is; it
# starts a server of its own and takes everything away at the end.
set -eu
. "$(dirname "$0")/../server.sh"

say 'A creator on the Standard plan: 10 credits a month. A second account only shows the app around: a demo account.'
run scrip account create creator --plan standard
run scrip account create tour --plan standard --demo

say 'One batch, one event of each of the twelve actions. Each is charged by its own rate: 0.001 for a workflow, 0.0005' \
    'for a scheduled task, what the tokens cost for AI, 4 comment fetches at 0.0005 …'
call POST /v1/usage @events.json 'results[id,status,entry.action,entry.amount]'
call GET /v1/accounts/creator/balance balances.0.available balances.0.used balances.0.allowance

say 'The app lost the answer and sends the batch again: every event is known by its id, nothing is charged twice.'
call POST /v1/usage @events.json 'results[id,status]'
call GET /v1/accounts/creator/balance balances.0.available

say 'What was used, by action, with the tokens. The total agrees with the balance: 10 less 0.0783.'
call GET '/v1/accounts/creator/usage?from=2025-01-01&group_by=action' 'data[action,count,charged,input_tokens,output_tokens]'

say 'What an AI message costs, line by line: the tokens at the price of the model, any model that the price book lists.' \
    'Nothing asks anything for the coffee, and the answer says so.'
call POST /v1/rate '{"action":"ai_chat_message","model":"claude-3-5-sonnet","usage":{"input_tokens":1200,"output_tokens":300,"coffees":1}}' \
    amount cost_usd priced 'lines[class,count,usd_per_million,credits,model]' unpriced
run scrip price --model gpt-4o --usage input_tokens=1200,output_tokens=300 --action ai_chat_message

say 'Every line says what it was for: the chat session, the connection that was synced, how many videos.'
run scrip entries creator --action youtube_sync
call GET '/v1/accounts/creator/entries?action=youtube_sync' \
    data.0.description data.0.resource.type data.0.resource.id data.0.metadata

say 'The demo account is never charged and leaves no usage.'
call POST /v1/usage '{"events":[{"id":"evt_demo","account":"tour","action":"bulk_operation"}]}' 'results[id,status]'
call GET /v1/accounts/tour/balance demo balances.0.available balances.0.used
call GET /v1/accounts/tour/usage data

say 'An event that cannot be rated is answered with its reason; the rest of the batch goes through.'
call POST /v1/usage '{"events":[{"id":"evt_13","account":"creator","action":"mind_reading"},{"id":"evt_14","account":"creator","action":"workflow_execution"}]}' \
    'results[id,status]' results.0.error.code results.0.error.detail

say 'An event that arrives late counts on the day it happened, and is charged now.'
call POST /v1/usage '{"events":[{"id":"evt_15","account":"creator","action":"analytics_generation","occurred_at":"2025-12-31T23:30:00Z"}]}' \
    'results[id,status,entry.amount]'
call GET '/v1/accounts/creator/usage?from=2025-12-01&to=2026-01-01' 'data[day,action,charged,count]'

say 'A long chat of 2,400,000 tokens already happened, so it is recorded in full although only 9.9187 credits are left:' \
    'the rest is debt.'
call POST /v1/usage '{"events":[{"id":"evt_16","account":"creator","action":"ai_chat_message","model":"claude-3-5-sonnet","usage":{"input_tokens":2000000,"output_tokens":400000}}]}' \
    'results[id,status,entry.amount]' 'results.0.entry.draws[source,amount]'
run scrip balance creator

say 'Before the next action the app asks. With debt there is nothing to spend.'
run scrip check creator --action workflow_execution

say 'When the next month begins, its allowance first pays off the debt.'
next=$(value /v1/accounts/creator/balance balances.0.resets_at)
call GET "/v1/accounts/creator/balance?at=$next" balances.0.available balances.0.debt

say 'All accounts together: usage by action, and who used most.'
call GET '/v1/usage/totals?from=2025-01-01&group_by=action' 'data[action,count,charged]' 'top_accounts[account,charged]'

say 'Every line agrees with every balance.'
run scrip verify
