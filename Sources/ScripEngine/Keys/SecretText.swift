/// Takes secrets out of texts that are to be logged or shown: the last line of defence, behind types that hide them.
public enum SecretText {
    /// The shortest known secret to look for, in bytes. Shorter ones would appear in every text.
    static let fewestBytes = 4

    /// A text without what looks like a secret, and without some that are known.
    ///
    /// What looks like one: secret and restricted keys, session tokens, signed tokens (JWT), keys and webhook secrets
    /// of Stripe's and Polar's, passwords in addresses, what follows `Bearer`, and values of `password=` and its like.
    public static func scrubbed(_ text: String, known: [String] = []) -> String {
        var text = text
        for secret in known.sorted(by: { $0.utf8.count > $1.utf8.count }) where secret.utf8.count >= fewestBytes {
            if text.contains(secret) { text = text.replacing(secret, with: "…") }
        }
        if !isSuspect(text) { return text }
        text = text.replacing(/scrip_(sk|rk|st)_[A-Za-z0-9_.\-]{6,}/) { "scrip_\($0.1)_…" }
        text = text.replacing(/eyJ[A-Za-z0-9_\-]{6,}(\.[A-Za-z0-9_\-]*){0,2}/, with: "eyJ…")
        text = text.replacing(/(sk|rk)_(live|test)_[A-Za-z0-9]{4,}/) { "\($0.1)_\($0.2)_…" }
        text = text.replacing(/polar_(oat|pat|whs)_[A-Za-z0-9]{4,}/) { "polar_\($0.1)_…" }
        text = text.replacing(/whsec_[A-Za-z0-9+\/=_\-]{4,}/, with: "whsec_…")
        text = text.replacing(/:\/\/([^\s:@\/"']*):[^\s"']*@/) { "://\($0.1):…@" }
        text = text.replacing(/([Bb]earer +)[A-Za-z0-9._~+\/=\-]{12,}/) { "\($0.1)…" }
        return text.replacing(
            /((?:password|passwd|secret|api_key|access_token|id_token|token)=)('(?:[^'\\]|\\.)*'?|[^\s&"',]+)/
        ) { "\($0.1)…" }
    }

    private static let markers = [
        "scrip_", "eyJ", "k_live_", "k_test_", "whsec_", "polar_", "://", "earer", "password=", "passwd=", "secret=",
        "token=",
        "api_key=",
    ].map { Array($0.utf8) }

    /// Whether a text may hold a secret at all; most do not, and are not searched further.
    private static func isSuspect(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return markers.contains { bytes.firstRange(of: $0) != nil }
    }
}
