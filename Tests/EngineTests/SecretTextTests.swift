import ScripCore
import ScripEngine
import Testing

/// What hides secrets hides them, and leaves everything else alone.
@Suite struct SecretTextTests {
    @Test(arguments: [
        ("key scrip_sk_live_0123456789ABCDEFGHIJKLMNOPQRST4PMbyp is gone", "key scrip_sk_… is gone"),
        ("/v1/keys/scrip_rk_test_0123456789ABCDEFGHIJKLMNOPQRST4PMbyp/rotate", "/v1/keys/scrip_rk_…/rotate"),
        ("scrip_st_eyJrIjoic2lnXzEifQ.c2lnbmF0dXJl", "scrip_st_…"),
        ("Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2ln", "Authorization: Bearer eyJ…"),
        ("Authorization: Bearer abcdefghijklmnop", "Authorization: Bearer …"),
        ("sk_live_51HxSecret and whsec_abc123+/=", "sk_live_… and whsec_…"),
        ("polar_oat_3f9a1c2b6d01Xy and polar_whs_ovyN6cPrTv56", "polar_oat_… and polar_whs_…"),
        ("postgres://me:open%20sesame@db/scrip", "postgres://me:…@db/scrip"),
        ("at postgres://me:a@b:c@d/e@h/db it", "at postgres://me:…@h/db it"),
        ("host=db password='open sesame' user=me", "host=db password=… user=me"),
        ("?token=abc&limit=5", "?token=…&limit=5"),
    ])
    func `what looks like a secret is hidden`(text: String, shown: String) {
        #expect(SecretText.scrubbed(text) == shown)
    }

    @Test(arguments: [
        "Send a secret key as 'Authorization: Bearer scrip_sk_…'.", "postgres://USER@HOST/NAME",
        "http://127.0.0.1:8080",
        "https://user@host/path", "Key key_3f9a1c2b6d01 (app)", "There is no account 'ada@example.com'.",
        "input_tokens=5", "scrip_pk_live_0123456789ABCDEFGHIJKLMNOPQRST4PMbyp",
    ])
    func `what is none stays`(text: String) {
        #expect(SecretText.scrubbed(text) == text)
    }

    @Test func `known secrets are hidden wherever they stand, the longest first`() {
        #expect(SecretText.scrubbed("open sesame, sesame", known: ["sesame", "open sesame"]) == "…, …")
        #expect(SecretText.scrubbed("a cat", known: ["a"]) == "a cat")
    }

    @Test func `types that hold secrets do not show them, by themselves or in others`() {
        let secret = SecretKey()
        let signing = SigningKey(id: "sig_1", secret: [201, 202, 203], createdAt: .earliest)
        struct Holder {
            var secret: Any
            var list: [Any]
            var pair: (String, Any)
        }
        for (value, hidden) in [
            (Redacted("open sesame") as Any, "sesame"), (secret as Any, secret.text), (signing as Any, "202"),
        ] {
            let holder = Holder(secret: value, list: [value], pair: ("a", value))
            var dumped = ""
            dump(holder, to: &dumped)
            for text in ["\(value)", String(reflecting: value), "\(holder)", String(reflecting: [holder]), dumped] {
                #expect(!text.contains(hidden), "\(text)")
            }
        }
    }
}
