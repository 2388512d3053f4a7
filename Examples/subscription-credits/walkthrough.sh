#!/bin/sh
# Subscriptions with credits: Free 5 and Pro 100, one request 1 credit, 1 credit 2,000 tokens, 429 when empty. Run it as
# it is; it starts a server of its own and takes everything away at the end.
set -eu
. "$(dirname "$0")/../server.sh"

say 'Ada signs up: without a word about plans she is on Free and has 5 credits.'
call PUT /v1/accounts/ada '{"name":"Ada"}' id subscription.plan
call GET /v1/accounts/ada/balance balances.0.available balances.0.allowance balances.0.used

say 'Five requests of 2,000 tokens, at 1 credit each.'
for request in 1 2 3 4; do
    call POST /v1/accounts/ada/charges '{"action":"start_workflow","usage":{"input_tokens":1500,"output_tokens":500}}' \
        entry.amount entry.available_after
done
call POST /v1/accounts/ada/charges '{"action":"generate_review","usage":{"input_tokens":1500,"output_tokens":500}}' \
    entry.amount entry.available_after

say 'The sixth is refused before any work is done: 429, and it says what is missing.'
call POST /v1/accounts/ada/charges '{"action":"start_workflow"}' code detail required available
run scrip charge ada --action start_workflow

say 'A bonus of 2 credits, and she can go on. A refused request has cost nothing.'
run scrip grant ada 2 --source bonus --reason 'thank you for the bug report'
call POST /v1/accounts/ada/charges '{"action":"start_workflow","usage":{"input_tokens":1500,"output_tokens":500}}' \
    'entry.draws[source,amount]' balance.available

say '1 credit is worth 2,000 tokens: 10,000 are 5, 200,000 are 100, and 1,000 take half of one.'
call POST /v1/rate '{"action":"tokens","usage":{"input_tokens":10000}}' amount
call POST /v1/rate '{"action":"tokens","usage":{"input_tokens":200000}}' amount
call POST /v1/accounts/ada/charges '{"action":"tokens","usage":{"input_tokens":800,"output_tokens":200}}' \
    entry.amount balance.available

say 'She pays for Pro until the end of the period. Pro has 100; 5 of this month are used, her bonus stays.'
end=$(value /v1/accounts/ada/balance balances.0.resets_at)
call PUT /v1/accounts/ada/subscription '{"plan":"pro","when":"now","ends_at":"'"$end"'","fallback_plan":"free"}' \
    subscription.plan subscription.fallback_plan balances.0.available balances.0.sources.monthly balances.0.sources.bonus
call POST /v1/accounts/ada/charges '{"action":"generate_review","usage":{"input_tokens":1500,"output_tokens":500}}' \
    entry.amount entry.available_after

say 'How many tokens and credits she used: by action, and in all.'
call GET '/v1/accounts/ada/usage?from=2025-01-01&group_by=action' 'data[action,count,charged,input_tokens,output_tokens]'
call GET '/v1/accounts/ada/usage?from=2025-01-01&group_by=credit_type' \
    'data[credit_type,count,charged,input_tokens,output_tokens]'

say 'If she does not renew, the subscription expires with the period: Free again, 5 credits, and what is left of the bonus.'
call GET "/v1/accounts/ada/balance?at=$end" plan balances.0.available balances.0.allowance \
    balances.0.sources.monthly balances.0.sources.bonus

say 'She renews for another period: then Pro goes on, with 100 new credits.'
later=$(value "/v1/accounts/ada/balance?at=$end" balances.0.resets_at)
call PUT /v1/accounts/ada/subscription '{"plan":"pro","when":"now","ends_at":"'"$later"'","fallback_plan":"free"}' \
    subscription.plan balances.0.available
call GET "/v1/accounts/ada/balance?at=$end" plan balances.0.available balances.0.sources.monthly
call GET "/v1/accounts/ada/balance?at=$later" plan balances.0.available balances.0.sources.monthly

say 'She changes her mind and goes back to Free at once: the credits of Pro end, the bonus stays.'
run scrip plan set ada free --when now
call GET /v1/accounts/ada/balance plan balances.0.available balances.0.sources.monthly balances.0.sources.bonus

say 'The whole story, line by line.'
run scrip entries ada

say 'Every line agrees with every balance.'
run scrip verify
