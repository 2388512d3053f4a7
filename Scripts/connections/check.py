"""A thousand hostile connections beside good callers: how long those wait, and how much memory it takes.

Hostile ones come from addresses of their own (127.0.0.2 and on), good ones from 127.0.0.1, each on a new connection.
"""

import http.client
import json
import os
import resource
import socket
import statistics
import sys
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import started_server  # noqa: E402

SECONDS_ALLOWED = 5.0
MEBIBYTES_ALLOWED = 400.0
CALLS = 300
HEAD = "Host: x\r\nAuthorization: Bearer {key}\r\n"


def memory_mebibytes(process):
    with open(f"/proc/{process.pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


def processor_seconds(process):
    with open(f"/proc/{process.pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Server:
    def __init__(self, scrip, folder, name, *options):
        environment = dict(os.environ, SCRIP_DATABASE=f"sqlite:{folder}/{name}.db")
        self.process, self.port, printed = started_server.start(
            [scrip, "serve", "--sample", "--port", "0", *options], f"{folder}/{name}.log", env=environment,
            until=r"scrip_sk_live_\w+")
        self.key = next(word for word in printed.split() if word.startswith("scrip_sk_live_"))

    def charge(self, number):
        """Charges on a connection of its own; the seconds from connecting to the answer."""
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, source_address=("127.0.0.1", 0))
        body = json.dumps({"credit_type": "credits", "amount": "0.000001"})
        connection.request("POST", "/v1/accounts/grace/charges", body, {
            "Authorization": f"Bearer {self.key}", "Content-Type": "application/json",
            "Idempotency-Key": f"{number}-{time.time_ns()}"})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        assert answer.status == 201, text
        return time.perf_counter() - began

    def end(self):
        self.process.terminate()
        assert self.process.wait() == 0, "the server did not end well"


def measure(server, title):
    took = []

    def call(first):
        for number in range(first, CALLS, 4):
            took.append(server.charge(number))
    callers = [threading.Thread(target=call, args=(first,)) for first in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(took) == CALLS, f"{CALLS - len(took)} good callers had no answer"
    took.sort()
    print(f"{title}: median {1000 * statistics.median(took):.1f} ms, 99 % within "
          f"{1000 * took[len(took) * 99 // 100]:.1f} ms, all within {1000 * took[-1]:.1f} ms; "
          f"{memory_mebibytes(server.process):.0f} MiB")
    return took[-1]


def beginnings(key):
    """What each kind of hostile connection sends; none of them reads anything."""
    head = HEAD.format(key=key)
    return {
        "silent": [b""],
        "half a head": [f"GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: {'a' * 1000}".encode()],
        "half a body": [f"POST /v1/usage HTTP/1.1\r\n{head}Content-Length: 8000000\r\n\r\n[{'x' * 60000}".encode()],
        "2,000 requests at once": [b"GET /readyz?verbose HTTP/1.1\r\nHost: x\r\n\r\n" * 2000],
        "large answers": [f"GET /v1/catalog HTTP/1.1\r\n{head}\r\n".encode() * 200],
        "streams": [f"GET /v1/accounts/{account}/stream HTTP/1.1\r\n{head}\r\n".encode()
                    for account in ("ada", "grace", "acme")],
    }


def attack(server, count, kinds):
    """Opens connections from addresses of their own; those that the server closes meanwhile stay as they are."""
    texts = [(name, text) for name, several in beginnings(server.key).items() if name in kinds for text in several]
    connections = []
    for number in range(count):
        name, text = texts[number % len(texts)]
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.bind((f"127.0.0.{2 + number % 5}", 0))
        connection.connect(("127.0.0.1", server.port))
        connection.setblocking(False)
        try:
            connection.send(text)
        except (BlockingIOError, ConnectionError):
            pass
        connections.append(connection)
    return connections


def main():
    scrip, folder, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8 * count), hard))
    server = Server(scrip, folder, "attacked", "--max-connections", str(4 * count))
    try:
        measure(server, "nobody else")
        before = memory_mebibytes(server.process)
        worst = 0.0
        for title, number, kinds in [
            (f"{count // 4} connections with 2,000 requests each", count // 4, ["2,000 requests at once"]),
            (f"{count} connections of all kinds", count, list(beginnings("x"))),
        ]:
            connections = attack(server, number, kinds)
            worst = max(worst, measure(server, f"beside {title}"))
            grown = memory_mebibytes(server.process) - before
            assert grown < MEBIBYTES_ALLOWED, f"{title} take {grown:.0f} MiB"
            for connection in connections:
                connection.close()
        measure(server, "afterwards")
        assert worst < SECONDS_ALLOWED, "good callers wait too long"
        server.end()

        # A server that takes no more connections waits, and does not spin; those that come wait in the system's queue.
        full = Server(scrip, folder, "full", "--max-connections", "20", "--max-connections-per-address", "20")
        server = full
        connections = attack(full, 60, ["silent"])
        time.sleep(2)
        began = processor_seconds(full.process)
        time.sleep(5)
        busy = (processor_seconds(full.process) - began) / 5
        print(f"20 of 60 connections taken: {100 * busy:.1f} % of a core")
        assert busy < 0.2, "a full server spins"
        for connection in connections:
            connection.close()
        full.charge(0)
        full.end()
    finally:
        server.process.kill()


main()
