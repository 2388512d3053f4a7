"""Signs in at a real server with tokens that PyJWT makes, of an issuer that runs here: discovery, rotation, floods, outages."""

import http.server
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import started_server  # noqa: E402


class Issuer:
    """Publishes what OpenID Connect discovery asks for, and counts who asks for it."""

    def __init__(self):
        self.keys, self.asked, self.private = [], 0, {}
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path == "/.well-known/openid-configuration":
                    body = {"issuer": issuer.address, "jwks_uri": issuer.address + "/keys"}
                elif self.path in ("/keys", "/.well-known/jwks.json"):
                    issuer.asked += 1
                    body = {"keys": issuer.keys}
                else:
                    self.send_error(404)
                    return
                data = json.dumps(body).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def publish(self, name, algorithm):
        private = {
            "RS256": lambda: rsa.generate_private_key(65537, 2048), "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
            "EdDSA": ed25519.Ed25519PrivateKey.generate}[algorithm]()
        maker = {"RS256": RSAAlgorithm, "ES256": ECAlgorithm, "EdDSA": OKPAlgorithm}[algorithm]
        self.keys.append(dict(
            json.loads(maker.to_jwk(private.public_key())), kid=name, alg=algorithm, use="sig"))
        self.private[name] = (private, algorithm)

    def token(self, name, signer=None, **claims):
        private, algorithm = signer or self.private[name]
        now = int(time.time())
        return jwt.encode(
            {"iss": self.address, "sub": "ada", "aud": "api", "iat": now, "exp": now + 600} | claims, private,
            algorithm, headers={"kid": name})

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


SECRET = "a-legacy-secret-of-at-least-thirty-two-bytes"
SETTINGS = """\
open_accounts: true
issuers:
  - kind: clerk
    issuer: {clerk}
    authorized_parties: [https://app.example.com]
    account_prefix: "c:"
  - kind: supabase
    issuer: {supabase}
    secret: """ + SECRET + """
    account_prefix: "s:"
"""


class Server:
    def __init__(self, scrip, folder, issuer, clerk, supabase):
        environment = dict(os.environ, SCRIP_DATABASE=f"sqlite:{folder}/scrip.db")
        run = lambda *words: subprocess.run(  # noqa: E731
            [scrip, *words], env=environment, capture_output=True, text=True, check=True).stdout
        with open(f"{folder}/catalog.yaml", "w") as file:
            file.write(run("catalog", "template", "sample"))
        run("catalog", "apply", f"{folder}/catalog.yaml")
        with open(f"{folder}/sign-in.yaml", "w") as file:
            file.write(SETTINGS.format(clerk=clerk.address, supabase=supabase.address))
        self.log = f"{folder}/server.log"
        self.process, self.port, _ = started_server.start(
            [scrip, "serve", "--port", "0", "--issuer", f"oidc={issuer.address}", "--audience", "api",
             "--auth-config", f"{folder}/sign-in.yaml", "--limit-per-user", "0"],
            self.log, env=environment)

    def sign_in(self, token):
        """The status, and the account or the reason of the refusal."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/credits/balance", headers={"Authorization": f"Bearer {token}"})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)["account"]
        except urllib.error.HTTPError as error:
            body = json.load(error)
            return error.code, body.get("reason") or body["code"]


def expect(name, got, wanted):
    if got != wanted:
        raise SystemExit(f"{name}: {got}, not {wanted}")
    print(f"ok: {name}")


def check_kinds(server, issuer, clerk, supabase):
    """Signs in with tokens of Clerk's and Supabase's kinds, beside those of the first issuer, from one file in YAML."""
    party, role = {"azp": "https://app.example.com"}, {"aud": "authenticated", "role": "authenticated"}
    organization = {"o": {"id": "org_1", "rol": "admin"}}
    for name, token, wanted in [
        ("Clerk, version 2", clerk.token("key", v=2, **party), (200, "c:ada")),
        ("Clerk, version 2, in an organisation", clerk.token("key", v=2, **party, **organization), (200, "c:org_1")),
        ("Clerk, version 1, in an organisation", clerk.token("key", **party, org_id="org_2"), (200, "c:org_2")),
        ("Clerk, of another page", clerk.token("key", azp="https://evil.example.com"), (401, "token_party_wrong")),
        ("Clerk, not signed in yet", clerk.token("key", **party, sts="pending"), (401, "token_session_pending")),
        ("Supabase, ES256", supabase.token("key", **role), (200, "s:ada")),
        ("Supabase, HS256", supabase.token("key", signer=(SECRET, "HS256"), **role), (200, "s:ada")),
        ("Supabase, anon", supabase.token("key", aud="authenticated", role="anon"), (401, "token_role_refused")),
        ("Clerk, with Supabase's secret", clerk.token("key", signer=(SECRET, "HS256"), **party),
         (401, "token_algorithm_confused")),
        ("Clerk, with Supabase's key of the same name", clerk.token("key", signer=supabase.private["key"], **party),
         (401, "token_algorithm_not_allowed")),
        ("the first issuer's, with a subject that looks like Clerk's", issuer.token("ec", sub="c:ada"),
         (401, "token_subject_invalid")),
        ("Supabase, in the name of the first issuer", supabase.token("key", **role, iss=issuer.address),
         (401, "token_key_unknown")),
    ]:
        expect(name, server.sign_in(token), wanted)


def main():
    issuer, clerk, supabase = Issuer(), Issuer(), Issuer()
    clerk.publish("key", "RS256")
    supabase.publish("key", "ES256")
    for name, algorithm in [("rsa", "RS256"), ("ec", "ES256"), ("ed", "EdDSA")]:
        issuer.publish(name, algorithm)
    server = Server(sys.argv[1], sys.argv[2], issuer, clerk, supabase)
    try:
        for name in ["rsa", "ec", "ed"]:
            expect(f"a token signed with {name}", server.sign_in(issuer.token(name, sub=f"u_{name}")), (200, f"u_{name}"))
        expect("keys are fetched once", issuer.asked, 1)
        check_kinds(server, issuer, clerk, supabase)
        now = int(time.time())
        for name, claims, reason in [
            ("too old", {"exp": now - 60}, "token_expired"), ("too early", {"nbf": now + 600}, "token_not_yet_valid"),
            ("for somebody else", {"aud": "other"}, "token_audience_wrong"),
            ("of another issuer", {"iss": "http://127.0.0.1:1"}, "token_issuer_unknown"),
        ]:
            expect(f"a token {name}", server.sign_in(issuer.token("rsa", **claims)), (401, reason))
        other = rsa.generate_private_key(65537, 2048)
        expect("a forged token", server.sign_in(issuer.token("rsa", signer=(other, "RS256"))), (401, "token_signature_invalid"))
        unsigned = jwt.encode({"iss": issuer.address, "sub": "ada", "aud": "api", "exp": now + 600}, None, "none")
        expect("an unsigned token", server.sign_in(unsigned)[0], 401)
        # A flood of keys that nobody publishes asks the issuer no oftener than every ten seconds.
        before = issuer.asked
        for number in range(200):
            status, reason = server.sign_in(issuer.token(f"no-{number}", signer=(other, "RS256")))
            if status != 401:
                raise SystemExit(f"a token of an unknown key: {status} {reason}")
        if issuer.asked - before > 3:
            raise SystemExit(f"200 unknown keys asked the issuer {issuer.asked - before} times")
        print(f"ok: 200 unknown keys asked the issuer {issuer.asked - before} times")
        issuer.publish("new", "ES256")
        issuer.keys = [key for key in issuer.keys if key["kid"] != "rsa"]
        # Unknown keys are asked for once in ten seconds; one that was found is kept.
        while (got := server.sign_in(issuer.token("new")))[0] != 200:
            time.sleep(0.5)
        expect("a key that was published later", got, (200, "ada"))
        expect("a key that was withdrawn", server.sign_in(issuer.token("rsa"))[0], 401)
        token = issuer.token("ec", sub="u_late")
        issuer.stop()
        expect("a known key while the issuer is down", server.sign_in(token), (200, "u_late"))
        expect("someone who acts as the user may look", server.sign_in(issuer.token("ec", act={"sub": "help"})), (200, "ada"))
    finally:
        server.process.terminate()
        server.process.wait(30)


main()
