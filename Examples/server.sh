# What the walkthroughs share: a server of their own on an empty database, and words to drive it with.
# Read by `. ../server.sh`; $example is the folder's name. The server and its database go when the walkthrough ends.

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
if [ -z "${SCRIP_BIN_PATH:-}" ]; then
    (cd "$root" && swift build --product scrip >&2)
    SCRIP_BIN_PATH=$(cd "$root" && swift build --show-bin-path)
fi
PATH="$SCRIP_BIN_PATH:$PATH"
folder=$(mktemp -d)
server=""
finish() {
    [ -z "$server" ] || kill "$server" 2> /dev/null || true
    [ -z "$server" ] || wait "$server" 2> /dev/null || true
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM
unset SCRIP_HOST SCRIP_PORT
export SCRIP_DATABASE="sqlite:$folder/scrip.db"
cd "$here"

# say TEXT: what comes next, for people.
say() {
    printf '\n# %s\n' "$*"
}

# run COMMAND…: shows a command, then what it answers; a refusal is shown, not an end.
run() {
    printf '$'
    for word; do
        case $word in *[!A-Za-z0-9_./:=+-]*) printf " '%s'" "$word" ;; *) printf ' %s' "$word" ;; esac
    done
    printf '\n'
    code=0
    "$@" 2>&1 || code=$?
    [ "$code" = 0 ] || printf '(exits with %s)\n' "$code"
}

# call METHOD PATH [BODY] FIELD…: asks the server over HTTP, and shows the status and the fields named of the answer.
# BODY is JSON, or @FILE. A field is a path such as entry.amount; data[day,count] shows a line for each element of a list.
call() {
    printf '> %s %s\n' "$1" "$2"
    method=$1 address=$2
    shift 2
    body=""
    case "${1:-}" in
    '{'* | @*)
        body=$1
        shift
        printf '%s\n' "$body"
        ;;
    esac
    ask "$method" "$address" "$body" > "$folder/answer"
    "$root/Examples/fields" "$@" < "$folder/answer"
}

# value PATH FIELD: one field of what the server answers, to be used further on.
value() {
    ask GET "$1" "" > "$folder/answer"
    "$root/Examples/fields" --bare "$2" < "$folder/answer"
}

ask() {
    if [ -n "$3" ]; then
        curl -sS -X "$1" -H "Authorization: Bearer $secret" -H 'Content-Type: application/json' \
            -d "$3" -w '\n%{http_code}' "$url$2"
    else
        curl -sS -X "$1" -H "Authorization: Bearer $secret" -w '\n%{http_code}' "$url$2"
    fi
}

scrip catalog apply catalog.yaml > "$folder/applied"
secret=$(scrip key create --name walkthrough --scope all --json | sed 's/.*"secret":"\([^"]*\)".*/\1/')
mkfifo "$folder/said"
scrip serve --port 0 --log-level info > "$folder/said" 2>> "$folder/server.log" &
server=$!
exec 9< "$folder/said"
url=""
# Ends with the server, if that does not come to listen.
while [ -z "$url" ] && read -r line <&9; do
    echo "$line" >> "$folder/server.log"
    url=$(echo "$line" | sed -n 's/.*\(http:\/\/127\.0\.0\.1:[1-9][0-9]*\).*/\1/p')
done
if [ -z "$url" ]; then
    cat "$folder/server.log" >&2
    exit 1
fi
cat <&9 >> "$folder/server.log" &
curl -fsS "$url/readyz" > "$folder/ready"
