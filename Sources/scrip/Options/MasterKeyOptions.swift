import ArgumentParser
import ScripEngine

/// What secrets in the database are encrypted with.
struct MasterKeyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file with the master key and, on the lines after it, older ones; may be repeated.",
            discussion: "The first key encrypts signing keys. The others only decrypt what was encrypted with "
                + "them. Otherwise $SCRIP_MASTER_KEY, with keys separated by commas, or the file that "
                + "$SCRIP_MASTER_KEY_FILE names. Make one with: openssl rand -hex 32"))
    var masterKeyFile: [String] = []

    func masterKeys() throws -> MasterKeys {
        var texts: [String] = []
        for path in masterKeyFile { texts.append(try SecretFile.text(path, named: "The master key file")) }
        if masterKeyFile.isEmpty, let stated = try StatedSecret.masterKey.text() { texts.append(stated) }
        do {
            var keys: [MasterKey] = []
            for text in texts.flatMap({ $0.split { $0 == "," || $0.isWhitespace } }) {
                keys.append(try MasterKey(String(text)))
            }
            return MasterKeys(keys)
        } catch {
            throw Failure.Problem.usage(error.description)
        }
    }
}
