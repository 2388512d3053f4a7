#!/bin/sh
# Two kinds of credits: monthly ones that do not accumulate, and purchased ones that never expire. Monthly ones pay
# first. Run it as it is; it starts a server of its own and takes everything away at the end.
set -eu
. "$(dirname "$0")/../server.sh"

say 'Ada is on the Free plan: 10 monthly credits.'
run scrip account create ada --plan free
call GET /v1/accounts/ada/balance balances.0.available balances.0.sources.monthly balances.0.sources.purchased

say 'She buys the small pack: 100 credits. The order number makes sure that a repeated call gives them only once.'
run scrip grant ada 100 --source purchased --reason 'order 7' --idempotency-key order-7
run scrip grant ada 100 --source purchased --reason 'order 7' --idempotency-key order-7
call GET /v1/accounts/ada/balance balances.0.available balances.0.sources.monthly balances.0.sources.purchased

say 'Two pictures in high quality, at 4 credits: the monthly credits pay.'
call POST /v1/accounts/ada/charges '{"action":"generate_hd","user":"ada"}' \
    entry.amount 'entry.draws[source,amount]' balance.available
call POST /v1/accounts/ada/charges '{"action":"generate_hd","user":"ada"}' \
    entry.amount 'entry.draws[source,amount]' balance.available

say 'The third takes the last 2 monthly credits and 2 purchased ones; the answer says how it was split.'
call POST /v1/accounts/ada/charges '{"action":"generate_hd","user":"ada","resource":{"type":"picture","id":"p3"}}' \
    entry.amount 'entry.draws[source,amount]' balance.sources.monthly balance.sources.purchased

say 'So does the history, line by line: who, what, and what paid.'
run scrip entries ada
call GET '/v1/accounts/ada/entries?kind=charge' 'data[seq,action,amount,user,available_after]' \
    'data.0.draws[source,amount]'

say 'A failed picture is given back to where it came from: 2 purchased credits and 2 monthly ones.'
run scrip refund ada 6 --reason 'the picture failed'
call GET /v1/accounts/ada/balance balances.0.available balances.0.sources.monthly balances.0.sources.purchased

say 'When the next month begins: 10 monthly credits again, and the purchased ones as they were.'
next=$(value /v1/accounts/ada/balance balances.0.resets_at)
call GET "/v1/accounts/ada/balance?at=$next" balances.0.available balances.0.sources.monthly \
    balances.0.sources.purchased balances.0.used

say 'And the month after that: 10 again, not 20, however little she spends.'
later=$(value "/v1/accounts/ada/balance?at=$next" balances.0.resets_at)
run scrip balance ada --at "$later"

say 'Now she spends everything in one go of 102, and the next picture is refused: 429, and it says when credits return.'
call POST /v1/accounts/ada/charges '{"action":"generate","quantity":102}' 'entry.draws[source,amount]' \
    balance.available
call POST /v1/accounts/ada/charges '{"action":"generate"}' code detail required available resets_at

say 'Pro has 200 monthly credits, and what was used of this month counts. The upgrade gives the difference at once.'
call PUT /v1/accounts/ada/subscription '{"plan":"pro","when":"now"}' subscription.plan balances.0.available \
    balances.0.used balances.0.sources.monthly balances.0.sources.purchased

say 'Every line agrees with every balance.'
run scrip verify
