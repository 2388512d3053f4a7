import Foundation

/// An address of a database as people write it, well or badly: what of it may be shown, and what of it is secret.
///
/// libpq repeats what it does not understand, and takes a password in which `@`, `/` or `:` was not escaped for a host or
/// a port. So everything that could be a part of a password is taken out of what it says.
public enum DatabaseAddress {
    /// The settings of libpq's whose values anybody may see; those of all others are hidden.
    private static let open: Set<String> = [
        "host", "hostaddr", "port", "dbname", "user", "service", "sslmode", "sslrootcert", "sslcert", "sslkey",
        "sslcrl",
        "passfile", "target_session_attrs", "connect_timeout", "application_name", "fallback_application_name",
        "client_encoding", "channel_binding", "gssencmode", "keepalives", "keepalives_idle", "keepalives_interval",
        "keepalives_count", "tcp_user_timeout", "load_balance_hosts",
    ]

    private typealias Setting = (name: String, value: String)

    /// Whether a text is an address of PostgreSQL's: a URI, or libpq's keywords such as `host=db user=scrip`.
    public static func isPostgres(_ text: String) -> Bool {
        if text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") { return true }
        guard let first = text.prefixMatch(of: /\s*([a-z_]+)\s*=/) else { return false }
        let name = String(first.1)
        return open.contains(name) || name == "password" || name == "sslpassword" || name == "options"
    }

    /// A text without the secrets in it, for people: the password before the host, and values of settings that are not
    /// known to be harmless.
    public static func shown(_ text: String) -> String {
        if isKeywords(text) {
            let (settings, rest) = keywords(of: text)
            let words = settings.map { "\($0.name)=\(open.contains($0.name) ? $0.value : "…")" }
            return (words + (rest.isEmpty ? [] : ["…"])).joined(separator: " ")
        }
        let (scheme, rest) = parts(of: text)
        guard let (user, _, host) = userAndSecret(in: rest) else {
            return scheme + withoutQueryValues(withoutWordsForPorts(rest))
        }
        return scheme + user + ":…@" + withoutQueryValues(host)
    }

    /// All that may be a secret in a text, however it was written: whole and in parts, as it stands and decoded.
    public static func secrets(in text: String) -> [String] {
        var found: Set<String> = []
        func add(_ text: String) {
            for form in [text, text.removingPercentEncoding ?? text] {
                found.insert(form)
                for part in form.split(whereSeparator: { "@/?#:,&[] ".contains($0) }) { found.insert(String(part)) }
            }
        }
        if isKeywords(text) {
            let (settings, rest) = keywords(of: text)
            for setting in settings where !open.contains(setting.name) { add(setting.value) }
            for word in rest { add(word) }
        } else {
            let (_, rest) = parts(of: text)
            if let (_, secret, _) = userAndSecret(in: rest) { add(secret) }
            for word in wordsForPorts(in: rest) { add(word) }
            for setting in query(of: rest) where !open.contains(setting.name) { add(setting.value) }
        }
        found.remove("")
        return found.sorted { $0.utf8.count > $1.utf8.count }
    }

    /// What libpq says of an address, without the secrets in it.
    static func scrub(_ message: String, address: String) -> String {
        var secrets = secrets(in: address)
        if let password = ProcessInfo.processInfo.environment["PGPASSWORD"], !password.isEmpty {
            secrets.append(password)
        }
        let quoted = message.replacing(/"([^"]*)"/) { match in
            let words = String(match.1)
            let isWhole = words.contains("@") || words.contains("=") && words.count > 1 || words.contains("://")
            let isSecret = secrets.contains { secret in
                words == secret || secret.utf8.count >= 3 && words.contains(secret)
                    || !words.isEmpty && words.utf8.count >= 2 && secret.contains(words)
            }
            return isWhole || isSecret ? "\"…\"" : String(match.0)
        }
        return secrets.filter { $0.utf8.count >= 4 }.reduce(quoted) { $0.replacing($1, with: "…") }
    }

    private static func isKeywords(_ text: String) -> Bool { !text.contains("://") && isPostgres(text) }

    /// The settings of libpq's keywords, and words that belong to none, as those of a password without quotes.
    private static func keywords(of text: String) -> (settings: [Setting], rest: [String]) {
        var settings: [Setting] = []
        var rest: [String] = []
        var remaining = text[...]
        while true {
            remaining = remaining.drop { $0.isWhitespace }
            if remaining.isEmpty { return (settings, rest) }
            if let match = remaining.prefixMatch(of: /([A-Za-z_]+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'?|(\S*))/) {
                let value = match.2 ?? match.3 ?? ""
                settings.append((String(match.1), String(value.replacing(/\\(.)/) { $0.1 })))
                remaining = remaining[match.range.upperBound...]
            } else {
                let word = remaining.prefix { !$0.isWhitespace }
                rest.append(String(word))
                remaining = remaining[word.endIndex...]
            }
        }
    }

    /// What names the kind of database, also when it was mistyped, and the rest.
    private static func parts(of text: String) -> (scheme: String, rest: String) {
        guard let match = text.prefixMatch(of: /\s*[A-Za-z][A-Za-z0-9+.\-]*:\/+|\s*(?:postgres|postgresql|sqlite):/)
        else {
            return ("", text)
        }
        return (String(match.output), String(text[match.range.upperBound...]))
    }

    /// What stands before the host. The last "@" counts, wherever it stands: the password may hold others.
    private static func userAndSecret(in rest: String) -> (user: String, secret: String, host: String)? {
        guard let end = rest.lastIndex(of: "@"), let colon = rest[..<end].firstIndex(of: ":") else { return nil }
        return (
            String(rest[..<colon]), String(rest[rest.index(after: colon)..<end]),
            String(rest[rest.index(after: end)...])
        )
    }

    /// Words where numbers of ports belong: a password whose host was forgotten.
    private static func wordsForPorts(in rest: String) -> [String] {
        rest.prefix { !"/?".contains($0) }.split(separator: ",").compactMap { host in
            let tail = host.split(separator: "]", omittingEmptySubsequences: false).last ?? host
            guard let colon = tail.firstIndex(of: ":") else { return nil }
            let port = tail[tail.index(after: colon)...]
            return port.allSatisfy { $0.isASCII && $0.isNumber } ? nil : String(port)
        }
    }

    private static func withoutWordsForPorts(_ rest: String) -> String {
        wordsForPorts(in: rest).reduce(rest) { $0.replacing(":" + $1, with: ":…") }
    }

    private static func query(of rest: String) -> [Setting] {
        guard let start = rest.firstIndex(of: "?") else { return [] }
        return rest[rest.index(after: start)...].split(separator: "&").map { part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let name = pair[0].removingPercentEncoding ?? pair[0]
            return (name, pair.count > 1 ? pair[1] : "")
        }
    }

    private static func withoutQueryValues(_ rest: String) -> String {
        guard let start = rest.firstIndex(of: "?") else { return rest }
        let settings = query(of: rest).map { "\($0.name)=\(open.contains($0.name) ? $0.value : "…")" }
        return String(rest[...start]) + settings.joined(separator: "&")
    }
}
