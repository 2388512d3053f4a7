import Crypto
import Foundation
import FoundationNetworking
import ScripJSON
import ScripTesting
import Testing

/// Nothing that the program says holds a secret: neither its log at any level, nor its errors, its help, its metrics or
/// its audit records, nor any problem over HTTP.
@Suite(.serialized, .heavy, .timeLimit(.minutes(15))) struct SecretsInOutputTests {
    /// Secrets that a server is given, none of which stands in anything else.
    private struct Given {
        let password = "0pen-Sesame-\(UUID().uuidString.prefix(8))"
        let stripe = "sk_test_\(UUID().uuidString.replacing("-", with: ""))"
        let webhook = "whsec_\(UUID().uuidString.replacing("-", with: ""))"
        let issuer = "issuer \(UUID().uuidString) \(UUID().uuidString)"
        let master = String(repeating: UUID().uuidString.replacing("-", with: "").lowercased(), count: 2)

        var variables: [String: String] {
            [
                "SCRIP_STRIPE_SECRET_KEY": stripe, "SCRIP_STRIPE_WEBHOOK_SECRETS": webhook,
                "SCRIP_SUPABASE_SECRET": issuer,
                "SCRIP_MASTER_KEY": master,
                "SCRIP_ISSUERS": "supabase=https://supabase.test/auth/v1", "PGPASSWORD": "pg-" + password,
            ]
        }

        var all: [String] { [password, stripe, webhook, issuer, master] }
    }

    /// A running server, what it answered, and the secrets that were made on the way.
    private final class Session {
        let port: UInt16
        var secrets: [String] = []
        var answers: [String] = []

        init(port: UInt16) { self.port = port }

        /// Sends a request, and keeps the answer unless it is one that hands a secret out.
        @discardableResult
        func call(
            _ method: String, _ path: String, _ secret: String?, _ body: String? = nil,
            headers: [String: String] = [:], handsOut member: String? = nil
        ) async throws -> JSONValue? {
            var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
            request.httpMethod = method
            request.httpBody = body.map { Data($0.utf8) }
            if let secret { request.setValue("Bearer \(secret)", forHTTPHeaderField: "Authorization") }
            for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
            let (data, response) = try await URLSession.shared.data(for: request)
            let json = try? JSONValue.parse([UInt8](data))
            if let member, let made = json?[member]?.stringValue {
                secrets.append(made)
                return json
            }
            let fields = (response as? HTTPURLResponse)?.allHeaderFields ?? [:]
            answers.append(String(decoding: data, as: UTF8.self) + "\(fields)")
            return json
        }
    }

    @Test(.timeLimit(.minutes(10)), arguments: ["sqlite", "postgres"])
    func `a server that logs everything logs no secret`(store: String) async throws {
        try await StripeStandIn().serve { stripe in
            try await SecretsInOutputTests.serve(on: store, stripe: stripe)
        }
    }

    private static func serve(on store: String, stripe: String) async throws {
        let given = Given()
        var address: String?
        if store == "postgres" {
            let cluster = try PostgresCluster.shared.get()
            address = cluster.address(of: try cluster.makeDatabase()).replacing(
                "scrip@", with: "scrip:\(given.password)@")
        }
        let scrip = try ScripProcess(
            address: address, variables: given.variables.merging(["SCRIP_STRIPE_ADDRESS": stripe]) { $1 })
        if address != nil { try #require(try scrip.run("migrate").exitCode == 0) }
        try scrip.write(try scrip.run("catalog", "template", "sample").output, to: "catalog.yaml")
        try #require(try scrip.run("catalog", "apply", "catalog.yaml").exitCode == 0)
        let printed = try scrip.run("key", "create", "--json").output
        let admin = try #require(try JSONValue.parse(Array(printed.utf8))["secret"]?.stringValue)
        let port = try ScripProcess.freePort()
        let (log, output) = (scrip.folder.appendingPathComponent("log"), scrip.folder.appendingPathComponent("said"))
        let server = try ChildProcess(
            try ScripProcess.program().path,
            ["serve", "--port", "\(port)", "--log-level", "trace", "--open-accounts"],
            environment: scrip.environment, folder: scrip.folder.path, output: .file(output.path),
            errors: .file(log.path))
        try await ScripProcess.waitUntilReady(port)
        let session = Session(port: port)
        session.secrets = given.all + [admin]
        try await Self.useEverything(session, admin: admin, given: given)
        server.send(SIGTERM)
        _ = server.wait()
        let logged = try String(contentsOf: log, encoding: .utf8)
        #expect(logged.utf8.count > 1_000, "\(logged)")
        let audit = try scrip.run("audit", "export", "--format", "ndjson").output
        let said = try String(contentsOf: output, encoding: .utf8)
        for (name, text) in [("log", logged), ("said", said), ("audit", audit)]
            + session.answers.map({ ("answer", $0) })
        {
            Self.expectNone(of: session.secrets, in: text, name)
        }
    }

    /// Uses every kind of credential rightly and wrongly, also where none belongs.
    private static func useEverything(_ session: Session, admin: String, given: Given) async throws {
        let made = try await session.call(
            "POST", "/v1/keys", admin, #"{"name":"app","scopes":["accounts:write"]}"#, handsOut: "secret")
        let id = try #require(made?["id"]?.stringValue)
        let key = try #require(made?["secret"]?.stringValue)
        try await session.call("POST", "/v1/keys/\(id)/rotate", admin, "{}", handsOut: "secret")
        try await session.call("PUT", "/v1/accounts/ada", key, "{}")
        try await session.call("PUT", "/v1/accounts/ada", admin, #"{"plan":"pro"}"#)
        let token = try await session.call(
            "POST", "/v1/sessions", admin, #"{"account":"ada"}"#, handsOut: "token")?["token"]?.stringValue
        let signed = jwt(secret: given.issuer)
        session.secrets.append(signed)
        for secret in [admin, key, token, signed, String(signed.dropLast()) + "A", "nonsense-\(key)"] {
            guard let secret else { continue }
            for path in [
                "/api/credits/balance", "/v1/accounts", "/v1/accounts/\(secret)/balance", "/v1/keys", "/metrics",
                "/\(secret)", "/v1/accounts?cursor=\(secret)&token=\(secret)", "/v1/audit",
            ] {
                try await session.call("GET", path, secret)
            }
            try await session.call("DELETE", "/v1/keys/\(secret)", admin)
            try await session.call("POST", "/v1/keys/\(secret)/rotate", admin, "{}")
            try await session.call("GET", "/api/credits/balance", signed, headers: ["X-Scrip-Key": secret])
            try await session.call("GET", "/v1/accounts", nil, headers: ["Cookie": "key=\(secret)"])
        }
        try await session.call("POST", "/v1/accounts/ada/charges", admin, #"{"action":"ai_chat_message"}"#)
        try await session.call("POST", "/v1/accounts/ada/purchases", admin, #"{"pack":"starter","provider":"stripe"}"#)
        for signature in ["t=1,v1=00", "t=\(given.webhook),v1=\(given.webhook)", given.webhook] {
            try await session.call("POST", "/v1/webhooks/stripe", nil, "{}", headers: ["Stripe-Signature": signature])
        }
        try await session.call("DELETE", "/v1/keys/\(id)", admin)
        try await session.call("GET", "/readyz", nil)
        try await session.call("GET", "/metrics", admin)
    }

    private static func expectNone(of secrets: [String], in text: String, _ name: String) {
        for secret in secrets {
            guard let place = text.range(of: secret) else { continue }
            let start = text.index(place.lowerBound, offsetBy: -200, limitedBy: text.startIndex) ?? text.startIndex
            Issue.record("\(name) has a secret: \(text[start..<place.upperBound])")
        }
    }

    private static func jwt(secret: String) -> String {
        func encoded(_ text: some Sequence<UInt8>) -> String {
            Data(text).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing(
                "=", with: "")
        }
        let claims =
            #"{"iss":"https://supabase.test/auth/v1","sub":"eve","aud":"authenticated","role":"authenticated","exp":4000000000}"#
        let message = encoded(#"{"alg":"HS256","typ":"JWT"}"#.utf8) + "." + encoded(claims.utf8)
        let code = HMAC<SHA256>.authenticationCode(
            for: Data(message.utf8), using: SymmetricKey(data: Data(secret.utf8)))
        return message + "." + encoded(Array(code))
    }

    /// Addresses with a password, and options and arguments where none belongs.
    private static let mistakes: [[String]] = [
        ["balance", "ada", "--database", "postgres://me:PASSWORD@127.0.0.1:1/db"],
        ["balance", "ada", "--database", "host=127.0.0.1 port=1 user=me password=PASSWORD"],
        ["balance", "ada", "--database", "host=127.0.0.1 port=1 user=me password='a PASSWORD b'"],
        ["balance", "ada", "--database", "postgres://me:x%2FPASSWORD@127.0.0.1:1,127.0.0.1:2/db"],
        ["balance", "ada", "--database", "postgres://me:x/PASSWORD@127.0.0.1:1/db"],
        ["balance", "ada", "--database", "postgres://me:x@PASSWORD@127.0.0.1:1/db"],
        ["balance", "ada", "--database", "postgres://me:PASSWORD%zz@127.0.0.1:1/db"],
        ["balance", "ada", "--database", "postgres://me:PASSWORD"],
        ["balance", "ada", "--database", "me:PASSWORD@db/scrip"],
        ["balance", "ada", "--database", "postgres:/me:PASSWORD@db/scrip"],
        ["balance", "ada", "--database", "mysql://me:PASSWORD@db/scrip"],
        ["balance", "ada", "--databse", "postgres://me:PASSWORD@127.0.0.1:1/db"],
        ["balance", "ada", "--databse=postgres://me:PASSWORD@127.0.0.1:1/db"],
        ["balance", "ada", "postgres://me:PASSWORD@127.0.0.1:1/db"], ["postgres://me:PASSWORD@127.0.0.1:1/db"],
        ["copy", "--from", "postgres://me:PASSWORD@127.0.0.1:1/db", "--to", "me:PASSWORD@h/d"],
        ["migrate", "--database", "postgres://me:PASSWORD@127.0.0.1:1/db?passwort=PASSWORD"],
        ["serve", "--port", "0", "--log-level", "trace", "--database", "postgres://me:PASSWORD@127.0.0.1:1/db"],
    ]

    @Test(arguments: mistakes, [[], ["--json"]])
    func `errors repeat no password`(arguments: [String], more: [String]) throws {
        if arguments.contains("serve") && !more.isEmpty { return }
        let scrip = try ScripProcess()
        let password = "0pen-Sesame"
        let finished = try scrip.run(arguments.map { $0.replacing("PASSWORD", with: password) } + more)
        #expect(finished.exitCode == 2 || finished.exitCode == 3, "\(finished)")
        #expect(!(finished.output + finished.errors).contains("Sesame"), "\(finished)")
    }

    @Test func `errors and help repeat no key, and no secret of the environment`() throws {
        let given = Given()
        let scrip = try ScripProcess(variables: given.variables)
        try scrip.write(try scrip.run("catalog", "template", "sample").output, to: "catalog.yaml")
        try #require(try scrip.run("catalog", "apply", "catalog.yaml").exitCode == 0)
        let printed = try scrip.run("key", "create", "--json").output
        let key = try #require(try JSONValue.parse(Array(printed.utf8))["secret"]?.stringValue)
        let runs = [
            ["key", "revoke", key], ["key", "rotate", key], ["balance", key], ["balance", "ada", key], ["key", "list"],
            ["purchases", "reconcile"], ["serve", "--help"], ["--help"], ["help", "serve"], ["purchases", "list", key],
            ["serve", "--supabase-secret", given.issuer], ["serve", "--master-key-file", given.master],
            ["purchases", "create", "ada", "--provider", given.stripe, "--pack", "x"],
        ]
        for arguments in runs {
            let finished = try scrip.run(arguments)
            SecretsInOutputTests.expectNone(
                of: given.all + [key], in: finished.output + finished.errors, "\(arguments.first ?? "")")
        }
    }
}
