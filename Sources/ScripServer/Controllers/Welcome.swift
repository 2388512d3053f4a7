import Crypto
import Foundation
import HTTPTypes
import ScripJSON
import ScripWire

/// `GET /`: what this is, and where to go; a page for people, JSON for programs.
enum Welcome {
    @Sendable static func show(_ call: Call) async throws -> Answer {
        var answer = prefersPage(call.headers) ? page : links
        answer.headers[.vary] = "Accept"
        return answer
    }

    /// Whether a page is asked for by name, as browsers do.
    private static func prefersPage(_ headers: HTTPFields) -> Bool {
        (headers[.accept] ?? "").split(separator: ",").contains { part in
            let words = part.lowercased().filter { $0 != " " }.split(separator: ";")
            return words.first == "text/html" && !words.contains("q=0")
        }
    }

    private static var links: Answer {
        Answer.object { writer in
            writer.member("name", "Scrip")
            writer.member("description", purpose)
            writer.member(
                "links",
                object: { writer in
                    for place in places { writer.member(place.name, place.path) }
                })
            writer.member("documentation", "openapi.yaml describes every route; README.md has a five-minute tour.")
        }
    }

    private static let purpose =
        "The credit system for AI products. It keeps balances, prices usage, checks and charges, and shows what was "
        + "spent and why."

    /// Where to go.
    private static let places: [(name: StaticString, path: String, about: String, isOpen: Bool)] = [
        (
            "servers", "/v1", "for your servers, with an API key: accounts, grants, charges, holds, usage, purchases",
            false
        ),
        (
            "users", "/api",
            "for your pages, with the signed-in user's token: balance, history, purchases, live updates", false
        ),
        ("metrics", "/metrics", "the server's metrics, with a key that has <code>metrics:read</code>", false),
        ("ready", "/readyz", "whether the server can answer requests now", true),
        ("live", "/livez", "whether the server runs", true),
    ]

    private static var page: Answer {
        var headers: HTTPFields = [:]
        let style = Data(SHA256.hash(data: Data(css.utf8))).base64EncodedString()
        let policy = "default-src 'none'; style-src 'sha256-\(style)'; base-uri 'none'; frame-ancestors 'none'"
        for (name, value) in [
            ("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
        ] {
            if let field = HTTPField.Name(name) { headers[field] = value }
        }
        return Answer(status: .ok, body: Array(html.utf8), headers: headers, contentType: "text/html; charset=utf-8")
    }

    private static var rows: String {
        places.map { place in
            let path = place.isOpen ? "<a href=\"\(place.path)\">\(place.path)</a>" : place.path
            return "<tr><th scope=\"row\"><code>\(path)</code></th><td>\(place.about)</td></tr>"
        }.joined(separator: "\n")
    }

    private static var html: String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Scrip: the credit system for AI products</title>
        <style>\(css)</style>
        </head>
        <body>
        <main>
        <header>
        <svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="10"/><path d="M15.5 8.5c-.8-1-2-1.5-3.5-1.5-2 0-3.5 \
        1-3.5 2.5 0 3.5 7 1.5 7 5 0 1.5-1.5 2.5-3.5 2.5-1.5 0-2.8-.5-3.6-1.5"/></svg>
        <h1>Scrip</h1>
        </header>
        <p class="lead">\(purpose)</p>
        <section aria-labelledby="begin">
        <h2 id="begin">Begin</h2>
        <ol>
        <li><p>Make a key, where the server runs. It is shown once.</p>
        <pre><code>scrip key create --name app --scope all
        export SCRIP_KEY=…</code></pre></li>
        <li><p>Open an account, and give it credits.</p>
        <pre><code>scrip account create ada
        scrip grant ada 10 --source bonus --reason welcome</code></pre></li>
        <li><p>Charge it from your app. <code>SCRIP_URL</code> is the address of this page.</p>
        <pre><code>curl "$SCRIP_URL/v1/accounts/ada/charges" \\
          -H "Authorization: Bearer $SCRIP_KEY" -H "Content-Type: application/json" \\
          -d '{"credit_type":"credits","amount":"1"}'</code></pre></li>
        </ol>
        </section>
        <section aria-labelledby="places">
        <h2 id="places">Where to go</h2>
        <table>
        \(rows)
        </table>
        <p class="more"><code>openapi.yaml</code> describes every route, <code>README.md</code> has a tour of five minutes, \
        and <code>scrip --help</code> every command.</p>
        </section>
        </main>
        </body>
        </html>

        """
    }

    private static let css = """
        :root{color-scheme:light dark;--bg:#f7f8f8;--surface:#fff;--ink:#14211f;--ink-2:#55635f;--line:#e3e8e6;--accent:#0b7a6b}
        @media(prefers-color-scheme:dark){:root{--bg:#0e1413;--surface:#151d1b;--ink:#e6edeb;--ink-2:#94a5a0;--line:#25302d;\
        --accent:#3cc9b0}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--bg);color:var(--ink);font:14px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
        main{max-width:720px;margin:0 auto;padding:56px 20px 72px;display:grid;gap:18px}
        header{display:flex;gap:12px;align-items:center}
        svg{width:36px;height:36px;flex:none;fill:none;stroke:var(--accent);stroke-width:1.8;stroke-linecap:round}
        h1{font-size:44px;line-height:1.1;letter-spacing:-.03em;font-weight:660;margin:0}
        h2{font-size:14px;font-weight:600;margin:0 0 10px}
        p{margin:0}
        .lead{font-size:20px;line-height:1.45;color:var(--ink-2);margin-bottom:10px}
        section{background:var(--surface);border:1px solid var(--line);border-radius:9px;padding:18px 20px}
        ol{margin:0;padding:0;list-style:none;counter-reset:step;display:grid;gap:16px}
        li{counter-increment:step;display:grid;grid-template-columns:26px minmax(0,1fr);gap:6px 8px}
        li::before{content:counter(step);color:var(--accent);font-weight:650;font-variant-numeric:tabular-nums}
        li pre{grid-column:2}
        pre{margin:0;padding:10px 12px;overflow-x:auto;background:var(--bg);border:1px solid var(--line);border-radius:7px}
        code{font:13px/1.5 ui-monospace,"JetBrains Mono",Menlo,Consolas,monospace}
        table{width:100%;border-collapse:collapse}
        th,td{padding:8px 0;border-top:1px solid var(--line);text-align:left;vertical-align:top;font-weight:400}
        tr:first-child>*{border-top:0;padding-top:0}
        th{width:104px;padding-right:12px}
        td,.more{color:var(--ink-2)}
        .more{border-top:1px solid var(--line);padding-top:12px;margin-top:4px}
        a{color:var(--accent)}
        a:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:2px}
        @media(max-width:480px){main{padding-top:32px}th,td{display:block;width:auto}td{border-top:0;padding-top:0}}
        """
}
