#!/bin/sh
# Organisations with five separate balances of tokens: Starter has none, Pro has limits, Enterprise is unlimited. Run it
# as it is; it starts a server of its own and takes everything away at the end.
set -eu
. "$(dirname "$0")/../server.sh"

say 'Three organisations, one on each plan.'
run scrip account create sprout --kind organization --plan starter
run scrip account create acme --kind organization --plan pro
run scrip account create globex --kind organization --plan enterprise

say 'Starter has 0 tokens of each type, and is told clearly that AI quests are not on its plan.'
call GET /v1/accounts/sprout/balance 'balances[credit_type,available,unlimited]'
call POST /v1/accounts/sprout/charges '{"action":"generate_quest","user":"sam"}' code title detail
run scrip check sprout --action generate_quest

say 'Pro has five balances. Asking first changes nothing and says what would remain.'
call GET /v1/accounts/acme/balance 'balances[credit_type,available,allowance,used,unlimited]'
call POST /v1/accounts/acme/check '{"action":"generate_quest"}' allowed required available remaining
call GET /v1/accounts/acme/balance 'balances[credit_type,available]'

say 'Six quests at 3 tokens each fit into 20: 20, 17, 14, 11, 8, 5, 2.'
for quest in 1 2 3 4 5 6; do
    call POST /v1/accounts/acme/charges \
        '{"action":"generate_quest","user":"ada","resource":{"type":"quest","id":"q_'$quest'"}}' \
        entry.amount entry.available_after
done

say 'The seventh is refused: 429, with what it needs and what is there.'
call POST /v1/accounts/acme/check '{"action":"generate_quest"}' allowed reason required available
call POST /v1/accounts/acme/charges '{"action":"generate_quest","user":"ada"}' code detail credit_type required available

say 'The five balances are apart: a lead takes from lead_generation alone, and it goes through without quest tokens.'
call POST /v1/accounts/acme/charges '{"action":"generate_lead","user":"bob"}' entry.credit_type entry.amount \
    entry.available_after
call GET /v1/accounts/acme/balance 'balances[credit_type,available,used]'

say 'The usage log says who generated what.'
run scrip entries acme --kind charge
call GET '/v1/accounts/acme/usage?from=2025-01-01&group_by=action,credit_type' 'data[action,credit_type,count,charged]'

say 'After 30 days the tokens are there again, and none of the old ones with them.'
next=$(value /v1/accounts/acme/balance balances.0.resets_at)
call GET "/v1/accounts/acme/balance?at=$next" 'balances[credit_type,available,used]'

say 'Enterprise is unlimited, and still every quest is counted.'
call POST /v1/accounts/globex/charges '{"action":"generate_quest","quantity":1000,"user":"eve"}' entry.amount \
    'entry.draws[source,amount]' balance.unlimited balance.used
call POST /v1/accounts/globex/check '{"action":"generate_quest"}' allowed required
run scrip balance globex

say 'Organisations are apart: nothing of what the others did is in the history of the first.'
call GET '/v1/accounts/sprout/entries?kind=charge' data

say 'Starter upgrades to Pro, and has all tokens of Pro at once.'
run scrip plan set sprout pro --when now
call POST /v1/accounts/sprout/charges '{"action":"generate_quest","user":"sam"}' entry.amount entry.available_after

say 'Every line agrees with every balance.'
run scrip verify
