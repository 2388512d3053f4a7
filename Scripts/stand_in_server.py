"""A local HTTP server in the place of somebody else's."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def serve(answer):
    """Starts a server that answers GET and POST until the program ends, and returns its address.

    `answer` takes the method, the target, the body's bytes and the headers, and returns a status, the content's type and its
    bytes; or None to hang up without an answer.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body in one packet: two wait for each other's acknowledgement.
        wbufsize = -1

        def log_message(self, *_):
            pass

        def do_GET(self):
            self.answer()

        def do_POST(self):
            self.answer()

        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            made = answer(self.command, self.path, body, self.headers)
            if made is None:
                self.close_connection = True
                return
            status, kind, content = made
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"
