import ScripCore
import ScripEngine
import ScripIngest
import ScripJSON

/// The only place where errors that are not HTTP's become statuses, codes and words.
extension Problem {
    /// An error as the API words it.
    package static func describing(_ error: any Error) -> Problem {
        switch error {
        case let rejection as Rejection: refused(rejection)
        case let error as ValidationError: invalid(error)
        case let error as JSONSyntaxError:
            Problem(400, .invalidJSON, "Invalid JSON", "The body is not JSON: \(error).")
        case let refusal as KeyRefusal: refused(refusal)
        case let refusal as KeyChangeRefusal: refused(refusal)
        case let problem as CatalogProblem:
            Problem(422, .catalogInvalid, "Catalog refused", problem.description)
        case let refusal as CatalogInUse: refused(refusal)
        case let problem as PriceBookProblem:
            Problem(422, .catalogInvalid, "Price book refused", problem.description)
        case let refusal as PurchaseRefusal: refused(refusal)
        case let problem as PaymentProblem: payment(problem)
        case let refusal as IngestRefusal: refused(refusal)
        case is CancellationError:
            // The caller went away or the server is about to end: a command may have been carried out.
            Problem(
                503, .shuttingDown, "Shutting down",
                "The request was stopped; you may send it again with the same key.",
                retry: .after(seconds: 1))
        case let error as EngineError: engine(error)
        case let error as StoreError: database(error.code)
        default: Problem(500, .internalError, "Internal error", "Something went wrong.")
        }
    }

    private static func engine(_ error: EngineError) -> Problem {
        switch error {
        case .shuttingDown:
            Problem(
                503, .shuttingDown, "Shutting down", "This instance is shutting down.", retry: .after(seconds: 1))
        case .overloaded:
            Problem(
                503, .overloaded, "Overloaded", "Too much is waiting; try again shortly.", retry: .after(seconds: 1))
        case .accountDamaged(let account):
            // Trying again is of no use until somebody has mended it.
            Problem(
                500, .accountDamaged, "Account damaged",
                "The data of the account '\(account)' is damaged. It is set aside; 'scrip verify' says what is wrong.",
                retry: .never)
        case .failuresFull:
            Problem(
                429, .tooManyFailures, "Too many tracking failures",
                "This account or key has too many open failures, so this event is not kept. See: scrip failures.",
                retry: .after(seconds: 60))
        case .tooFar(let moment):
            Problem(
                422, .tooFar, "Too far ahead",
                "Too much would change until then. This account can be calculated until \(moment.text).",
                issues: [.init(pointer: "at", detail: "may be at most \(moment.text)")])
        }
    }

    private static func invalid(_ error: ValidationError) -> Problem {
        let first = error.issues.first.map { "\($0.pointer) \($0.detail)" } ?? "The request is not valid."
        let metadata = Rejection.Kind.metadataTooLarge
        if !error.issues.isEmpty && error.issues.allSatisfy({ $0.code == metadata.rawValue }) {
            return Problem(400, metadata, title(of: .metadataTooLarge), first, issues: error.issues)
        }
        return Problem(400, .invalidRequest, "Invalid request", first, issues: error.issues)
    }

    /// The answer for a catalog that removes what is in use, with how much, and all that it would have changed.
    private static func refused(_ refusal: CatalogInUse) -> Problem {
        let uses = refusal.uses.map { use in
            JSONValue.object(
                JSONObject([
                    .init(name: "kind", value: .string(use.kind.rawValue)),
                    .init(name: "id", value: .string(use.id)),
                    .init(name: "used_by", value: .string(use.user.rawValue)),
                    .init(name: "count", value: .number(String(use.count))),
                ]))
        }
        return Problem(
            409, .catalogInUse, "Catalog removes what is in use", refusal.description,
            members: [
                .init(name: "in_use", value: .array(uses)),
                .init(name: "diff", value: .array(refusal.diff.lines.map { .string($0) })),
            ])
    }

    /// What callers are told of a database in trouble: which kind it is, whether it may pass and when it is worth while
    /// to ask again; nothing of where it is.
    private static func database(_ code: StoreError.Code) -> Problem {
        let (sentence, seconds): (String, Int64?) =
            switch code {
            case .unreachable, .closing: ("The database does not answer.", 1)
            case .busy: ("The database is busy.", 1)
            case .filesLost: ("The database files were removed or replaced. This instance stops.", 10)
            case .full: ("The disk of the database is full.", 30)
            case .readOnly: ("The database is read-only now.", 30)
            case .ioFailed: ("The disk of the database reports errors.", 30)
            case .denied: ("This instance lacks rights that it needs in the database.", 60)
            case .tooNew, .tooOld: ("The database and this instance have different versions.", 60)
            case .failed: ("The database could not carry out a request; the log says why.", nil)
            case .damaged: ("Data in the database is damaged; 'scrip verify' says what.", nil)
            }
        if let seconds {
            return Problem(
                503, .storeUnavailable, "Database out of reach", sentence, retry: .after(seconds: seconds))
        }
        let problem: (ProblemCode, String) =
            code == .damaged ? (.storeDamaged, "Database damaged") : (.storeFailed, "Database failed")
        return Problem(500, problem.0, problem.1, sentence, retry: .never)
    }

    private static func refused(_ refusal: IngestRefusal) -> Problem {
        switch refusal.reason {
        case .malformed: Problem(400, .invalidRequest, "Invalid request", refusal.detail)
        case .tooLarge: Problem(413, .payloadTooLarge, "Body too large", refusal.detail)
        case .unsupportedMediaType: Problem(415, .unsupportedMediaType, "Unsupported media type", refusal.detail)
        }
    }
}
