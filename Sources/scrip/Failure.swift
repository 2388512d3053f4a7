import ArgumentParser
import Foundation
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// How a failed command ends. Only this place chooses the message and the exit code.
enum Failure {
    /// The request was refused, or differences were found.
    static let refused: Int32 = 1
    /// The command was called in a wrong way.
    static let usage: Int32 = 2
    /// The command could not reach something that it needs.
    static let unreachable: Int32 = 3

    /// Says what went wrong and ends the program.
    static func end(with error: any Error) -> Never {
        if let code = error as? ExitCode { exit(code.rawValue) }
        if isJSONWanted && ScripCommand.exitCode(for: error) != .success { endWithJSON(error) }
        if let (code, message) = describe(error) {
            Console.say("scrip: " + message)
            exit(code)
        }
        let code = ScripCommand.exitCode(for: error)
        if code == .validationFailure {
            Console.say(explained(error))
            exit(usage)
        }
        let message = ScripCommand.fullMessage(for: error)
        if code == .success {
            Console.print(message)
            exit(0)
        }
        Console.say(message)
        exit(unreachable)
    }

    /// The message about wrong arguments. It says what was probably meant, or which rule a value breaks.
    private static func explained(_ error: any Error) -> String {
        var lines = ScripCommand.fullMessage(for: error).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
        if let hint = ArgumentHint.sentence(for: Array(CommandLine.arguments.dropFirst())) {
            lines[0] = "Error: " + hint
        } else if let rule = ArgumentHint.rule(for: lines[0]) {
            lines[0] += ". " + rule
        }
        return ArgumentHint.withNearChoice(lines.joined(separator: "\n"))
    }

    /// Whether the caller is a program. The arguments may be wrong, so this looks for the flag without parsing them.
    private static var isJSONWanted: Bool {
        CommandLine.arguments.dropFirst().prefix { $0 != "--" }.contains("--json")
    }

    /// Writes the error as the problem that the API would answer with, and ends the program.
    private static func endWithJSON(_ error: any Error) -> Never {
        var writer = JSONWriter()
        problem(for: error).write(into: &writer)
        Console.say(String(decoding: writer.bytes, as: UTF8.self))
        if let (code, _) = describe(error) { exit(code) }
        exit(ScripCommand.exitCode(for: error) == .validationFailure ? usage : unreachable)
    }

    private static func problem(for error: any Error) -> ScripWire.Problem {
        if let problem = error as? Problem {
            let (status, title) =
                switch problem.code {
                case usage: (400, "Invalid request")
                case refused: (404, "Not found")
                default: (503, "Out of reach")
                }
            return ScripWire.Problem(status: status, code: problem.name, title: title, detail: problem.message)
        }
        if ScripCommand.exitCode(for: error) == .validationFailure {
            return ScripWire.Problem(
                status: 400, code: "invalid_request", title: "Invalid request", detail: detail(of: error))
        }
        if let misnamed = error as? Misnamed {
            var problem = ScripWire.Problem.describing(misnamed.refusal)
            problem.detail += " Did you mean '\(misnamed.near)'?"
            return problem
        }
        var problem = ScripWire.Problem.describing(error)
        if let rejection = error as? Rejection { problem.detail += usageHint(rejection) }
        // Somebody with access to the database may know what is wrong with it.
        if let error = error as? StoreError { problem.detail = error.description }
        return problem
    }

    private static func describe(_ error: any Error) -> (Int32, String)? {
        switch error {
        case let problem as Problem: (problem.code, problem.message)
        case let rejection as Rejection:
            (refused, "\(rejection)\(usageHint(rejection)) (\(rejection.code))" + hint(rejection))
        case let misnamed as Misnamed:
            (refused, "\(problem(for: misnamed).detail) (\(problem(for: misnamed).code))")
        case let problem as CatalogProblem: (refused, "The catalog is refused: \(problem)")
        case let refusal as CatalogInUse: (refused, "\(refusal) (\(CatalogInUse.code))\(hint(refusal))")
        case let problem as PriceBookProblem: (refused, "The price book is refused: \(problem)")
        case let problem as CopyProblem: (refused, problem.description)
        case let problem as MasterKeyProblem: (usage, problem.description)
        case let error as ScripWire.ValidationError:
            (
                usage,
                error.issues.map { "\($0.pointer.drop { "#/".contains($0) }): \($0.detail)" }.joined(separator: "\n")
            )
        case let error as StoreError: (error.code == .damaged ? refused : unreachable, error.description)
        case let problem as PaymentProblem:
            (
                problem.code == .unreachable ? unreachable : refused,
                "\(problem.description) (\(problem.code.rawValue))"
            )
        case let refusal as PurchaseRefusal: (refused, ScripWire.Problem.describing(refusal).detail)
        case KeyChangeRefusal.alreadyRotated(let successor):
            (refused, "The key '\(successor)' has already replaced it; rotate that one. (key_already_rotated)")
        case EngineError.shuttingDown: (unreachable, "Scrip is shutting down.")
        case EngineError.accountDamaged(let account):
            (refused, "The stored data of the account '\(account)' is damaged; see 'scrip verify'. (account_damaged)")
        case EngineError.tooFar(let moment):
            (refused, "'at' is too far ahead: this account can be calculated until \(moment.text). (too_far)")
        case EngineError.overloaded: (unreachable, "Too many requests are waiting; try again shortly.")
        default: nil
        }
    }

    private static func hint(_ refusal: CatalogInUse) -> String {
        refusal.uses.first.map { use in
            "\n  For example: scrip catalog apply FILE --replace \(use.kind.rawValue):\(use.id)=ANOTHER"
        } ?? ""
    }

    private static func detail(of error: any Error) -> String {
        if let hint = ArgumentHint.sentence(for: Array(CommandLine.arguments.dropFirst())) { return hint }
        let message = ScripCommand.message(for: error)
        return ArgumentHint.rule(for: message).map { "\(message). \($0)" } ?? ArgumentHint.withNearChoice(message)
    }

    private static func usageHint(_ rejection: Rejection) -> String {
        UsageHint.sentence(for: rejection, arguments: Array(CommandLine.arguments.dropFirst())).map { " " + $0 } ?? ""
    }

    private static func hint(_ rejection: Rejection) -> String {
        switch rejection {
        case .accountNotFound(let id): "\n  To open it: scrip account create \(id)"
        case .planUnavailable:
            "\n  To move accounts from a removed plan to another one: scrip catalog apply FILE --replace plan:OLD=NEW"
        case .unknownPlan, .unknownAction, .unknownCreditType:
            "\n  To see the catalog: scrip catalog show; to start one: scrip catalog template sample"
        case .unknownModel(_, let model):
            "\n  To price it: add '\(model)' under 'models' in the catalog, or set 'unknown_model' there"
        case .insufficientCredits(let shortfall):
            shortfall.resetsAt.map { "\n  The allowance renews at \($0.text)." } ?? ""
        default: ""
        }
    }

    /// A failure with its exit code and a sentence for people.
    struct Problem: Error {
        var code: Int32
        /// The stable code for programs.
        var name: String
        var message: String

        static func usage(_ message: String) -> Problem {
            Problem(code: Failure.usage, name: "invalid_request", message: message)
        }

        static func unreachable(_ message: String) -> Problem {
            Problem(code: Failure.unreachable, name: "unreachable", message: message)
        }

        static func storeUnavailable(_ message: String) -> Problem {
            Problem(code: Failure.unreachable, name: "store_unavailable", message: message)
        }

        static func refused(_ message: String) -> Problem {
            Problem(code: Failure.refused, name: "not_found", message: message)
        }
    }
}
