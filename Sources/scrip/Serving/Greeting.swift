import Foundation
import ScripCore
import ScripEngine

/// The text that the server prints when it starts to listen.
struct Greeting {
    /// What became of the sample data.
    enum Sample {
        /// None was asked for.
        case none
        /// None was asked for, and the database is empty.
        case empty
        /// It was added now, with a key that is shown only once.
        case made(secret: String)
        /// It was made at an earlier start.
        case there
        /// The database has other things in it.
        case occupied
    }

    var address: ServerAddress
    /// The database, without its password.
    var shownDatabase: String
    /// The database as named on the command line; `nil` if it was not named there, or the name has a password.
    var databaseOption: String?
    var sample: Sample

    /// Prints it.
    func print() {
        let address = address.url
        Console.print("Scrip listens on \(address), database \(shownDatabase)")
        switch sample {
        case .none: break
        case .empty:
            Console.print(
                """

                The database is empty. To begin, in another terminal:
                  \(program) catalog template sample > catalog.yaml
                  \(program) catalog apply catalog.yaml\(option)
                  \(makeKey)
                or start again with --sample.
                """)
        case .made(let secret):
            Console.print(
                """

                Accounts: ada (free), grace (pro), acme (team). Their key, shown only now:
                  \(secret)

                Try in another terminal:
                  export SCRIP_KEY=\(secret)
                \(examples(address))
                """)
        case .there:
            Console.print(
                """

                Accounts: ada (free), grace (pro), acme (team), from an earlier start. Their key was shown then; another one:
                  \(makeKey)

                Try in another terminal:
                  export SCRIP_KEY=…                     # the secret that it prints
                \(examples(address))
                """)
        case .occupied:
            Console.print(
                """

                There is a catalog already, so no sample data was added. A key to begin with:
                  \(makeKey)
                """)
        }
    }

    private var makeKey: String {
        "\(program) key create --name app --scope all\(option)"
    }

    private var program: String { CommandLine.arguments.first.map(Greeting.quoted) ?? "scrip" }

    private var option: String { databaseOption.map { " --database \(Greeting.quoted($0))" } ?? "" }

    private func examples(_ address: String) -> String {
        """
          curl -s \(address)/v1/accounts/ada/balance -H "Authorization: Bearer $SCRIP_KEY"
          curl -s \(address)/v1/accounts/ada/charges -H "Authorization: Bearer $SCRIP_KEY" \\
            -H "Content-Type: application/json" -d '{"action":"ai_chat_message"}'
          curl -s \(address)/v1/accounts/ada/entries -H "Authorization: Bearer $SCRIP_KEY"
        or open \(address) in a browser.
        """
    }

    private static func quoted(_ word: String) -> String {
        let isPlain = word.allSatisfy { $0.isLetter || $0.isNumber || "/._-:@=+".contains($0) }
        return isPlain ? word : "'\(word.replacing("'", with: "'\\''"))'"
    }
}
