import ArgumentParser
import Foundation
import ScripCore
import ScripEngine

/// How a command ends when it does not succeed: the one place that decides what is said and with which exit code.
enum Failure {
    /// Refused, or differences found.
    static let refused: Int32 = 1
    /// Wrong usage.
    static let usage: Int32 = 2
    /// Could not reach what it needs.
    static let unreachable: Int32 = 3

    /// Says what went wrong and ends the program.
    static func end(with error: any Error) -> Never {
        if let code = error as? ExitCode { exit(code.rawValue) }
        if let (code, message) = describe(error) {
            Console.say("scrip: " + message)
            exit(code)
        }
        let code = ScripCommand.exitCode(for: error)
        let message = ScripCommand.fullMessage(for: error)
        if code == .success {
            Console.print(message)
            exit(0)
        }
        Console.say(message)
        exit(code == .validationFailure ? usage : unreachable)
    }

    private static func describe(_ error: any Error) -> (Int32, String)? {
        switch error {
        case let problem as Problem: (problem.code, problem.message)
        case let rejection as Rejection: (refused, "\(rejection) (\(rejection.code))" + hint(rejection))
        case let problem as CatalogProblem: (refused, "The catalog is refused: \(problem)")
        case let error as StoreError: (error.code == .damaged ? refused : unreachable, error.description)
        case EngineError.shuttingDown: (unreachable, "It is shutting down.")
        case EngineError.overloaded: (unreachable, "Too much is waiting; try again shortly.")
        default: nil
        }
    }

    private static func hint(_ rejection: Rejection) -> String {
        switch rejection {
        case .accountNotFound(let id): "\n  To open it: scrip account create \(id)"
        case .unknownPlan, .unknownAction, .unknownCreditType:
            "\n  To see what there is: scrip catalog show; to begin: scrip catalog template sample"
        case .unknownModel(_, let model):
            "\n  To price it: name '\(model)' under 'models' in the catalog, or say there what becomes of an unknown_model"
        case .insufficientCredits(let shortfall):
            shortfall.resetsAt.map { "\n  The allowance comes again at \($0.text)." } ?? ""
        default: ""
        }
    }

    /// A failure with its exit code and a sentence for people.
    struct Problem: Error {
        var code: Int32
        var message: String

        static func usage(_ message: String) -> Problem { Problem(code: Failure.usage, message: message) }
        static func unreachable(_ message: String) -> Problem { Problem(code: Failure.unreachable, message: message) }
        static func refused(_ message: String) -> Problem { Problem(code: Failure.refused, message: message) }
    }
}
