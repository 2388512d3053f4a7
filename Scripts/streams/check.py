"""A thousand idle streams on one server: memory for each, and how soon changes are on them.

Latencies run from the moment the answer to the charge was read to the moment the event was, both in this script.
"""

import http.client
import json
import multiprocessing
import os
import resource
import selectors
import socket
import statistics
import subprocess
import sys
import time
import urllib.request

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import started_server  # noqa: E402

SECONDS_ALLOWED = 10.0
ROUNDS = 5
KIBIBYTES_ALLOWED = 200.0


def memory_kibibytes(process):
    with open(f"/proc/{process.pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


class Server:
    def __init__(self, scrip, folder):
        self.environment = dict(os.environ, SCRIP_DATABASE=f"sqlite:{folder}/scrip.db")
        self.scrip = scrip
        catalog = f"{folder}/catalog.yaml"
        with open(catalog, "w") as file:
            file.write(self.cli("catalog", "template", "sample"))
        self.cli("catalog", "apply", catalog)
        self.key = json.loads(self.cli("key", "create", "--name", "check", "--scope", "all", "--json"))["secret"]
        self.process, self.port, _ = started_server.start(
            [scrip, "serve", "--port", "0", "--most-streams-per-account", "100000"], f"{folder}/server.log",
            env=self.environment)

    def cli(self, *words):
        return subprocess.run([self.scrip, *words], env=self.environment, capture_output=True, text=True, check=True).stdout

    def call(self, method, path, body=None, bearer=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {bearer or self.key}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)


class Streams:
    """Streams of a user each, or of one account, read by one thread."""

    def __init__(self, server, users, account=None):
        self.selector = selectors.DefaultSelector()
        self.seen = {user: 0 for user in users}
        self.arrived = {}
        self.buffers = {}
        path = f"/v1/accounts/{account}/stream" if account else "/api/credits/stream"
        for user in users:
            token = server.key if account else server.call("POST", "/v1/sessions", {"account": user})["token"]
            connection = socket.create_connection(("127.0.0.1", server.port))
            connection.sendall(
                f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
                "Accept: text/event-stream\r\n\r\n".encode())
            connection.setblocking(False)
            self.buffers[user] = b""
            self.selector.register(connection, selectors.EVENT_READ, user)

    def wait_for(self, count, deadline):
        """Reads until every stream has had so many events."""
        missing = {user for user, seen in self.seen.items() if seen < count}
        while missing:
            if time.monotonic() > deadline:
                raise SystemExit(f"{len(missing)} streams heard nothing in time")
            for key, _ in self.selector.select(0.2):
                data = key.fileobj.recv(65536)
                if not data:
                    raise SystemExit(f"the stream of {key.data} was closed: {self.buffers[key.data]!r}")
                self.buffers[key.data] += data
                events = self.buffers[key.data].count(b"event: balance")
                if events:
                    self.seen[key.data] += events
                    self.arrived[key.data] = time.monotonic()
                    self.buffers[key.data] = self.buffers[key.data][-12:].replace(b"event: balance", b"")
                if self.seen[key.data] >= count:
                    missing.discard(key.data)


    def drain(self):
        """Reads what is there."""
        while ready := self.selector.select(0.5):
            for key, _ in ready:
                self.seen[key.data] += key.fileobj.recv(65536).count(b"event: balance")

    def close(self):
        for key in list(self.selector.get_map().values()):
            key.fileobj.close()


def charge(port, key, accounts, pause, sender):
    """Charges accounts one after the other, in a process of its own, and tells when each answer was read."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    answered = {}
    for account in accounts:
        connection.request(
            "POST", f"/v1/accounts/{account}/charges", json.dumps({"action": "ai_chat_message"}), headers)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status in (200, 201), body
        answered[account] = time.monotonic()
        time.sleep(pause)
    sender.send(answered)


def latencies(server, streams, accounts, pause):
    """One charge of each account; milliseconds from each answer to its event on each stream."""
    expected = max(streams.seen.values()) + 1
    receiver, sender = multiprocessing.Pipe(False)
    process = multiprocessing.Process(target=charge, args=(server.port, server.key, accounts, pause, sender))
    process.start()
    streams.wait_for(expected, time.monotonic() + 120)
    answered = receiver.recv()
    process.join()
    return sorted(
        1000 * max(0.0, at - answered[user if user in answered else accounts[0]])
        for user, at in streams.arrived.items())


def show(title, rounds):
    def median(choose):
        return statistics.median(choose(values) for values in rounds)
    print(f"{title}: median {median(statistics.median):.1f} ms, "
          f"99 % within {median(lambda v: v[len(v) * 99 // 100]):.1f} ms, "
          f"all within {median(lambda v: v[-1]):.1f} ms (medians of {len(rounds)} rounds; "
          f"the worst round {max(v[-1] for v in rounds):.1f} ms)")


def main():
    scrip, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * count)), hard))
    server = Server(scrip, folder)
    try:
        users = [f"u_{number}" for number in range(count)]
        for user in users:
            server.call("PUT", f"/v1/accounts/{user}", {"plan": "pro"})
            server.call("POST", "/v1/sessions", {"account": user})
            server.call("GET", f"/v1/accounts/{user}/balance")
        time.sleep(1)
        before = memory_kibibytes(server.process)
        streams = Streams(server, users)
        streams.wait_for(1, time.monotonic() + 120)
        time.sleep(1)
        each = (memory_kibibytes(server.process) - before) / count
        print(f"{count} streams: {before} KiB before, {each:.1f} KiB for each stream")
        assert each < KIBIBYTES_ALLOWED, "a stream takes too much memory"
        began = time.monotonic()
        events = [
            {"id": f"e-{user}", "account": user, "action": "ai_chat_message"}
            for user in users]
        for start in range(0, count, 500):
            answer = server.call("POST", "/v1/usage", {"events": events[start:start + 500]})
            assert "error" not in json.dumps(answer), json.dumps(answer)[:1000]
        posted = time.monotonic() - began
        streams.wait_for(2, began + 120)
        took = time.monotonic() - began
        print(f"one change of each account: told in {posted:.2f} s, on all streams after {took:.2f} s")
        assert took < SECONDS_ALLOWED, "a change takes too long to arrive"
        show(f"{count} streams of an account each, charged one after the other",
             [latencies(server, streams, users, 0.0) for _ in range(ROUNDS)])
        crowd = Streams(server, [f"c_{number}" for number in range(count)], account=users[0])
        crowd.wait_for(1, time.monotonic() + 120)
        show(f"{count} streams of one account, charged once",
             [latencies(server, crowd, users[:1], 0.0) for _ in range(ROUNDS)])
        crowd.close()
        # What the first account's own stream was told meanwhile is read away.
        streams.drain()
        # Another process writes to the same file: the feed finds out by looking.
        began = time.monotonic()
        server.cli("grant", users[0], "1", "--source", "bonus", "--reason", "check")
        granted = time.monotonic()
        streams.seen = {users[0]: streams.seen[users[0]]} | {user: 9_999 for user in users[1:]}
        streams.wait_for(streams.seen[users[0]] + 1, began + 60)
        print(f"a change by another process: on the stream {time.monotonic() - granted:.2f} s after it was made")
        began = time.monotonic()
        server.process.terminate()
        assert server.process.wait(30) == 0, "the server did not end well"
        print(f"the server ended, with its streams, in {time.monotonic() - began:.2f} s")
    finally:
        server.process.kill()


main()
