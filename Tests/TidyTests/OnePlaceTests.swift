import Foundation
import Testing

/// What is easily written once more is in one place.
@Suite(.timeLimit(.minutes(15))) struct OnePlaceTests {
    /// What gives a second copy away, and the only file that may have it.
    private static let places: [(sign: String, file: String, what: String)] = [
        ("146_097", "ScripCore/Values/CivilTime.swift", "the calendar"),
        ("DateFormatter", "", "times in words of the system's"),
        (".base64EncodedString()\n            .replacing", "", "base64url"),
        ("replacing(\"+\", with: \"-\")", "", "base64url"),
        (
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", "ScripCore/Values/Base64URL.swift",
            "base64url"
        ),
        ("\"stripe\"", "", "the name of a payment provider"),
        ("\"polar\"", "", "the name of a payment provider"),
        ("\"manual\"", "", "the name of a payment provider"),
        ("?? .bonus", "", "a source for words that are none"),
        ("HTTPClient.Configuration(", "ScripHTTPClient/BoundedHTTPClient.swift", "a client of HTTP"),
        ("import AsyncHTTPClient", "ScripHTTPClient/BoundedHTTPClient.swift", "a client of HTTP"),
        ("\"SCRIP_STRIPE_SECRET_KEY", "scrip/Options/StatedSecret.swift", "a secret from the environment"),
        ("\"SCRIP_STRIPE_WEBHOOK_SECRETS", "scrip/Options/StatedSecret.swift", "a secret from the environment"),
        ("\"SCRIP_POLAR_ACCESS_TOKEN", "scrip/Options/StatedSecret.swift", "a secret from the environment"),
        ("\"SCRIP_POLAR_WEBHOOK_SECRETS", "scrip/Options/StatedSecret.swift", "a secret from the environment"),
        ("\"SCRIP_SUPABASE_SECRET", "scrip/Options/StatedSecret.swift", "a secret from the environment"),
        ("\"SCRIP_MASTER_KEY", "scrip/Options/StatedSecret.swift", "a secret from the environment"),
        ("\"SCRIP_DATABASE\"", "scrip/Options/StatedSecret.swift", "a secret from the environment"),
        ("\"DATABASE_URL\"", "scrip/Options/StatedSecret.swift", "a secret from the environment"),
    ]

    @Test func `the calendar, base64url, the client of HTTP and secrets of the environment are in one place each`()
        throws
    {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Sources")
        let names = try FileManager.default.subpathsOfDirectory(atPath: root.path).filter {
            $0.hasSuffix(".swift") && !$0.contains("/Generated/") && !$0.hasPrefix("ScripTesting/")
        }
        #expect(names.count > 50)
        for name in names.sorted() {
            let text = try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
            for place in OnePlaceTests.places where name != place.file && text.contains(place.sign) {
                Issue.record("\(name) has \(place.what) of its own: \(place.sign)")
            }
        }
    }
}
