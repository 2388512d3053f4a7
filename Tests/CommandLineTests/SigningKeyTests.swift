import Foundation
import ScripTesting
import Testing

@Suite("Signing keys and master keys", .heavy, .timeLimit(.minutes(15))) struct SigningKeyTests {
    private static func master(_ digit: String) -> String { String(repeating: digit, count: 64) }

    @Test func `signing keys are listed, rotated, encrypted and retired`() throws {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.write(SigningKeyTests.master("1"), to: "old.key")
        try scrip.write(SigningKeyTests.master("2") + "\n" + SigningKeyTests.master("1"), to: "new.key")
        #expect(try scrip.run("key", "signing", "rotate").exitCode == 0)
        #expect(try scrip.run("key", "signing", "list").output.contains("nothing"))
        #expect(try scrip.run("key", "signing", "seal").exitCode == 2)
        let sealed = try scrip.run("key", "signing", "seal", "--master-key-file", "old.key")
        #expect(sealed.output.contains("1 signing keys were encrypted with mk_"), "\(sealed)")
        let refused = try scrip.run("key", "signing", "rotate")
        #expect(refused.exitCode == 2 && refused.errors.contains("--master-key-file"), "\(refused)")
        #expect(try scrip.run("key", "signing", "rotate", "--master-key-file", "new.key").exitCode == 0)
        let again = try scrip.run("key", "signing", "seal", "--master-key-file", "new.key")
        #expect(again.output.contains("1 signing keys"), "\(again)")
        let list = try scrip.run("key", "signing", "list", "--json").output
        let id = try #require(list.firstMatch(of: /sig_[0-9a-z]+/)).output
        #expect(try scrip.run("key", "signing", "retire", String(id)).exitCode == 0)
        #expect(try scrip.run("key", "signing", "retire", String(id)).exitCode == 1)
        let audit = try scrip.run("audit", "list").output
        for action in ["signing_key_rotated", "signing_keys_sealed", "signing_key_retired"] {
            #expect(audit.contains(action), "\(audit)")
        }
    }

    @Test func `a server with a wrong master key, or none, says so and does not start`() async throws {
        let scrip = try ScripProcess.withSampleCatalog()
        try scrip.write(SigningKeyTests.master("1"), to: "old.key")
        try scrip.write(SigningKeyTests.master("2"), to: "new.key")
        try scrip.write("short", to: "bad.key")
        #expect(try scrip.run("key", "signing", "rotate").exitCode == 0)
        let port = try ScripProcess.freePort()
        let server = try scrip.start(["serve", "--port", "\(port)", "--master-key-file", "old.key"])
        try await ScripProcess.waitUntilReady(port)
        server.send(SIGTERM)
        #expect(server.wait() == 0)
        #expect(try scrip.run("key", "signing", "list").output.contains("mk_"))
        for (arguments, words) in [
            ([], "none is configured"), (["--master-key-file", "new.key"], "which is not there"),
            (["--master-key-file", "bad.key"], "openssl rand -hex 32"),
            (["--master-key-file", "no.key"], "cannot be read"),
        ] {
            let refused = try scrip.run(["serve", "--port", "0"] + arguments)
            #expect(refused.exitCode == 2 && refused.errors.contains(words), "\(arguments): \(refused)")
        }
    }
}
