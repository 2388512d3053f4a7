import ArgumentParser
import ScripJSON
import ScripPostgres
import ScripWire

/// `scrip migrate`: brings a database's schema up to date.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the database's schema up to date for this version.",
        discussion: """
            Steps are numbered and only go forward. All missing steps are applied, or none. Two programs that migrate
            at the same time do not disturb each other. The server never migrates PostgreSQL by itself. A SQLite
            file is migrated whenever it is opened.
            The exit code is 0 if no step is missing; with --check it is 1 if one is.
            """
    )
    @Flag(help: "Only list the missing steps.") var check = false
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        guard case .postgres(let address) = try DatabaseLocation(database.name) else {
            try await database.withEngine(mayCreate: !check) { _ in }
            return show([], [])
        }
        let migrations = PostgresMigrations(address: address)
        let steps = try await check ? migrations.missing() : migrations.apply()
        let places = check ? [] : try await migrations.placeViews()
        show(steps, places)
        let roles = output.json || check ? [] : try await migrations.absentRoles()
        if !roles.isEmpty {
            Console.print(
                """
                This user may not create these roles for readers: \(roles.joined(separator: ", ")).
                Everything else works without them. To get them, ask somebody who is allowed to run: \
                \(roles.map { "CREATE ROLE \($0) NOLOGIN;" }.joined(separator: " "))
                and then run this as the present user: SELECT scrip.grant_roles();
                """)
        }
        if check && !steps.isEmpty { throw ExitCode(Failure.refused) }
    }

    private func show(_ steps: [PostgresMigrations.Step], _ places: [PostgresMigrations.ViewPlace]) {
        let word = check ? "missing" : "taken"
        if output.json {
            Console.print(
                JSONWriter.document { writer in
                    writer.member(check ? "missing" : "taken", array: steps) { writer, step in
                        writer.member("number", step.number)
                        writer.member("name", step.name)
                    }
                    if places.isEmpty { return }
                    writer.member("views", array: places) { writer, place in
                        writer.member("name", place.name)
                        writer.member("schema", place.schema)
                        writer.member("in_public", place.isInPublic)
                    }
                }
            )
            return
        }
        for step in steps { Console.print("\(word): \(step.number) \(step.name)") }
        if steps.isEmpty { Console.print("The schema is up to date.") }
        if let schema = places.first?.schema { Console.print(sentence(about: places, in: schema)) }
    }

    /// A text that says in which schema the views are, and why.
    private func sentence(about places: [PostgresMigrations.ViewPlace], in schema: String) -> String {
        if schema == "public" { return "The views for SQL are in the schema public." }
        func names(_ wanted: [PostgresMigrations.ViewPlace]) -> String { wanted.map(\.name).joined(separator: ", ") }
        let (found, hidden) = (places.filter(\.isInPublic), places.filter { !$0.isInPublic })
        var lines = ["The views for SQL are in the schema \(schema)."]
        if !found.isEmpty { lines.append("Also in public under their names: \(names(found)).") }
        if !hidden.isEmpty {
            lines.append(
                "Not in public, as it has its own there or this user may not create any: \(names(hidden)); ask for "
                    + hidden.map { "\(schema).\($0.name)" }.joined(separator: ", ") + ".")
        }
        for place in hidden where place.idType == "uuid" {
            lines.append("Ids that join with public.\(place.name) are uuids in the views in public.")
        }
        return lines.joined(separator: "\n")
    }
}
