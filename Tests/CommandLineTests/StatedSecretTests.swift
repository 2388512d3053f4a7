import Foundation
import ScripTesting
import Testing

/// Every secret may be in a variable, or in the file that the variable with `_FILE` behind its name leads to.
@Suite(.heavy, .timeLimit(.minutes(15))) struct StatedSecretTests {
    @Test(arguments: ["SCRIP_DATABASE", "DATABASE_URL"])
    func `the address of the database may be in a file`(variable: String) throws {
        let first = try ScripProcess.withSampleCatalog()
        try first.write("sqlite:\(first.database.path)\n", to: "address")
        let path = first.folder.appendingPathComponent("address").path
        let second = try ScripProcess(
            variables: ["SCRIP_DATABASE": "", "DATABASE_URL": "", "\(variable)_FILE": path])
        let done = try second.run("catalog", "show")
        #expect(done.exitCode == 0 && done.output.contains("credit_types"), "\(done)")
    }

    @Test(arguments: [
        ["SCRIP_DATABASE", "catalog", "show"], ["DATABASE_URL", "catalog", "show"],
        ["SCRIP_MASTER_KEY", "key", "signing", "rotate"], ["SCRIP_STRIPE_SECRET_KEY", "purchases", "reconcile"],
        ["SCRIP_SUPABASE_SECRET", "serve", "--issuer", "supabase=https://x.supabase.co", "--port", "0"],
    ])
    func `a file that is not there, is empty or is no text is wrong usage, by the name of its variable`(
        words: [String]
    ) throws {
        let first = try ScripProcess.withSampleCatalog()
        try first.write("", to: "empty")
        let bytes = first.folder.appendingPathComponent("bytes")
        try Data([0xFF, 0xFE, 0x41]).write(to: bytes)
        for name in ["missing", "empty", "bytes"] {
            var variables = ["\(words[0])_FILE": first.folder.appendingPathComponent(name).path]
            let isAddress = ["SCRIP_DATABASE", "DATABASE_URL"].contains(words[0])
            variables["SCRIP_DATABASE"] = isAddress ? "" : first.database.path
            variables["DATABASE_URL"] = ""
            let done = try ScripProcess(variables: variables).run(Array(words.dropFirst()))
            #expect(done.exitCode == 2, "\(words) \(name): \(done)")
            #expect(done.errors.contains("$\(words[0])_FILE"), "\(words) \(name): \(done)")
        }
    }
}
