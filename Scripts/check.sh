# What the checks share: the program, built; a folder of their own, which goes when they end, as does the server they start;
# and Python with packages. Read by `. Scripts/check.sh`. $mode is how the program is built; debug if it is not set.

folder=$(mktemp -d)
server=""
finish() {
    code=$?
    trap - EXIT
    if [ -n "$server" ]; then
        kill "$server" 2> /dev/null || true
        wait "$server" 2> /dev/null || true
    fi
    if [ "$code" -ne 0 ] && [ -s "$folder/server.log" ]; then
        echo "The last lines of the server's log:" >&2
        tail -n 50 "$folder/server.log" >&2
    fi
    rm -rf "$folder"
    exit "$code"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
# The compiler leaves empty folders behind.
mkdir "$folder/temporary"
export TMPDIR="$folder/temporary"

# build_scrip: builds the program, and sets $scrip.
build_scrip() {
    if [ "${mode:-debug}" = release ]; then
        scrip=$(Scripts/build-release)
        return
    fi
    swift build --product scrip -c "${mode:-debug}"
    scrip="$(swift build --show-bin-path -c "${mode:-debug}")/scrip"
}

# start_server OPTION…: starts the program as a server over the sample catalog, and sets $secret, $port and $server.
start_server() {
    export SCRIP_DATABASE="sqlite:$folder/scrip.db"
    "$scrip" catalog template sample > "$folder/catalog.yaml"
    "$scrip" catalog apply "$folder/catalog.yaml" > "$folder/seed.log"
    secret=$("$scrip" key create --name check --scope all --json | sed 's/.*"secret":"\([^"]*\)".*/\1/')
    mkfifo "$folder/said"
    "$scrip" serve --port 0 "$@" > "$folder/said" 2>> "$folder/server.log" &
    server=$!
    exec 9< "$folder/said"
    # Ends with the server, if that does not come to listen.
    while read -r line <&9; do
        echo "$line" >> "$folder/server.log"
        case $line in
        *"Scrip listens on "*)
            port=${line#*127.0.0.1:}
            port=${port%%,*}
            cat <&9 >> "$folder/server.log" &
            return
            ;;
        esac
    done
    echo "the server does not listen" >&2
    exit 1
}

# prepare_python PACKAGE…: makes the checks' own Python with packages of PyPI's, and sets $python. What is there already is
# not looked for again.
prepare_python() {
    python=.build-venv/bin/python
    [ -x "$python" ] || python3 -m venv .build-venv
    "$python" -m pip install --quiet --disable-pip-version-check "$@"
    export PYTHONDONTWRITEBYTECODE=1
}
