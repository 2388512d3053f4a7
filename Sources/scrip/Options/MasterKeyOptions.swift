import ArgumentParser
import Foundation
import ScripEngine

/// What secrets in the database are encrypted with.
struct MasterKeyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file with the master key, and older ones below it, a line each; may be repeated.",
            discussion: "Signing keys are encrypted with the first one; the others only read what was encrypted with "
                + "them. Otherwise $SCRIP_MASTER_KEY, with keys separated by commas, or the file that "
                + "$SCRIP_MASTER_KEY_FILE names. Make one with: openssl rand -hex 32"))
    var masterKeyFile: [String] = []

    func masterKeys() throws -> MasterKeys {
        let environment = ProcessInfo.processInfo.environment
        var texts: [Substring] = []
        if !masterKeyFile.isEmpty {
            for path in masterKeyFile { texts += try MasterKeyOptions.words(inFile: path) }
        } else if let stated = environment["SCRIP_MASTER_KEY"], !stated.isEmpty {
            texts = stated.split { $0 == "," || $0.isWhitespace }
        } else if let path = environment["SCRIP_MASTER_KEY_FILE"], !path.isEmpty {
            texts = try MasterKeyOptions.words(inFile: path)
        }
        do {
            var keys: [MasterKey] = []
            for text in texts { keys.append(try MasterKey(String(text))) }
            return MasterKeys(keys)
        } catch {
            throw Failure.Problem.usage(error.description)
        }
    }

    private static func words(inFile path: String) throws -> [Substring] {
        guard let data = SecretFile.content(path) else {
            throw Failure.Problem.usage("The master key file '\(path)' cannot be read.")
        }
        let words = String(decoding: data, as: UTF8.self).split { $0.isWhitespace }
        if words.isEmpty { throw Failure.Problem.usage("The master key file '\(path)' is empty.") }
        return words
    }
}
