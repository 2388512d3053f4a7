import ArgumentParser
import ScripJSON
import ScripWire

/// `scrip version`: the version of this program.
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Show the version.")
    @OptionGroup var output: OutputOptions

    func run() {
        if output.json {
            Console.print(JSONWriter.document { $0.member("version", ScripCommand.version) })
        } else {
            Console.print("scrip \(ScripCommand.version)")
        }
    }
}
