"""Starts Scrip's server for a check, and knows from what it prints that it listens; nothing is decided by time."""
import json
import os
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request

sys.dont_write_bytecode = True
LISTENS = r"Scrip listens on http://127\.0\.0\.1:(\d+)"


def copy(output, log):
    with log:
        log.writelines(output)


def start(command, log_path, until=LISTENS, **options):
    """Starts a server whose port is 0.

    Returns the process, its port, and what it printed up to the line in which `until` is found. The rest of what it
    prints goes to a file, as do its errors; all of it is there when the process's `copying` has ended.
    """
    log = open(log_path, "a", encoding="utf-8")
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, **options)
    printed = ""
    for line in process.stdout:
        log.write(line)
        log.flush()
        printed += line
        if re.search(until, printed) and re.search(LISTENS, printed):
            process.copying = threading.Thread(target=copy, args=(process.stdout, log), daemon=True)
            process.copying.start()
            return process, int(re.search(LISTENS, printed).group(1)), printed
    sys.exit(f"the server ended with {process.wait()}: {open(log_path, encoding='utf-8').read()}")


class Server:
    """Scrip over a new SQLite database in a folder, with a catalog and a key that may do everything."""

    def __init__(self, scrip, folder, catalog, *options, **environment):
        self.scrip = scrip
        self.environment = dict(os.environ, SCRIP_DATABASE=f"sqlite:{folder}/scrip.db", **environment)
        with open(f"{folder}/catalog.yaml", "w", encoding="utf-8") as file:
            file.write(catalog)
        self.cli("catalog", "apply", f"{folder}/catalog.yaml")
        self.key = json.loads(self.cli("key", "create", "--name", "check", "--scope", "all", "--json"))["secret"]
        self.log = f"{folder}/server.log"
        self.process, self.port, _ = start(
            [scrip, "serve", "--port", "0", *options], self.log, env=self.environment)
        self.address = f"http://127.0.0.1:{self.port}"

    def cli(self, *words, expect=0):
        done = subprocess.run([self.scrip, *words], env=self.environment, capture_output=True, text=True)
        assert done.returncode == expect, (words, done.returncode, done.stdout, done.stderr)
        return done.stdout

    def call(self, method, path, body=None, headers=None):
        """Returns the status and the JSON of the answer."""
        sent = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.address}{path}", sent, method=method,
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", **(headers or {})})
        try:
            with urllib.request.urlopen(request) as reply:
                return reply.status, json.loads(reply.read())
        except urllib.error.HTTPError as reply:
            return reply.code, json.loads(reply.read())

    def available(self, account):
        status, balance = self.call("GET", f"/v1/accounts/{account}/balance")
        assert status == 200, balance
        return balance["balances"][0]["available"] if balance["balances"] else "0"

    def end(self):
        """Ends it, and returns all that it has logged."""
        self.process.terminate()
        self.process.wait()
        self.process.copying.join()
        with open(self.log, encoding="utf-8") as log:
            return log.read()
