import ArgumentParser
import ScripJSON
import ScripPostgres
import ScripServer

/// `scrip migrate`: brings a database's schema up to date.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the database's schema to what this version needs.",
        discussion: """
            Steps are numbered and only go forward; all that are missing are taken or none, and two programs that are
            told to at once do not disturb each other. On PostgreSQL the server never does this by itself; a SQLite
            file is brought up to date whenever it is opened.
            Exits with 0 when nothing is missing any more, and with 1 for --check when something is.
            """
    )
    @Flag(help: "Only say what is missing.") var check = false
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard case .postgres(let address) = try DatabaseLocation(database.name) else {
            try await database.withEngine(mayCreate: !check) { _ in }
            return show([])
        }
        let migrations = PostgresMigrations(address: address)
        let steps = try await check ? migrations.missing() : migrations.apply()
        show(steps)
        let roles = output.json || check ? [] : try await migrations.absentRoles()
        if !roles.isEmpty {
            Console.print(
                """
                These roles for readers are not there, as this user may not make them: \(roles.joined(separator: ", ")).
                Without them nothing else is missing. To have them, let somebody who may run: \
                \(roles.map { "CREATE ROLE \($0) NOLOGIN;" }.joined(separator: " "))
                and then run as this user: SELECT scrip.grant_roles();
                """)
        }
        if check && !steps.isEmpty { throw ExitCode(Failure.refused) }
    }

    private func show(_ steps: [PostgresMigrations.Step]) {
        let word = check ? "missing" : "taken"
        if output.json {
            Console.print(
                JSONWriter.document { writer in
                    writer.member(check ? "missing" : "taken", array: steps) { writer, step in
                        writer.member("number", step.number)
                        writer.member("name", step.name)
                    }
                }
            )
            return
        }
        for step in steps { Console.print("\(word): \(step.number) \(step.name)") }
        if steps.isEmpty { Console.print("The schema is up to date.") }
    }
}
