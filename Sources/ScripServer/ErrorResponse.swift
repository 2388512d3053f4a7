import HTTPTypes
import Hummingbird
import NIOCore
import ScripAPI
import ScripCore
import ScripEngine
import ScripIdentity
import ScripIngest
import ScripJSON

/// The only place where errors become statuses, codes and words.
struct ErrorResponse {
    var problem: Problem
    var headers: HTTPFields = [:]

    var answer: Answer {
        // A caller may have put a key where a name belongs.
        var problem = problem
        problem.detail = SecretText.scrubbed(problem.detail)
        problem.instance = problem.instance.map { SecretText.scrubbed($0) }
        var writer = JSONWriter()
        problem.write(into: &writer)
        return Answer(
            status: HTTPResponse.Status(code: problem.status), body: writer.bytes, headers: headers,
            contentType: "application/problem+json"
        )
    }

    init(
        _ status: Int, _ code: ProblemCode, _ title: String, _ detail: String, issues: [ValidationError.Issue] = []
    ) {
        problem = Problem(status: status, code: code.rawValue, title: title, detail: detail, issues: issues)
    }

    init(
        _ status: Int, _ kind: Rejection.Kind, _ title: String, _ detail: String, issues: [ValidationError.Issue] = [],
        members: [JSONObject.Member] = []
    ) {
        problem = Problem(
            status: status, code: kind.rawValue, title: title, detail: detail, issues: issues, members: members)
    }

    func with(_ name: String, _ value: String) -> ErrorResponse {
        var response = self
        if let field = HTTPField.Name(name) { response.headers[field] = value }
        return response
    }

    static func problem(
        for error: any Error, path: String, configuration: ServerConfiguration = ServerConfiguration(),
        prefer: Int? = nil
    ) -> ErrorResponse {
        switch error {
        case let rejection as Rejection:
            return RejectionResponse.problem(for: rejection, configuration: configuration, prefer: prefer)
        case let error as ValidationError:
            let first = error.issues.first.map { "\($0.pointer) \($0.detail)" } ?? "The request is not valid."
            if error.issues.allSatisfy({ $0.code == Rejection.Kind.metadataTooLarge.rawValue }) && !error.issues.isEmpty
            {
                return ErrorResponse(
                    400, .metadataTooLarge, RejectionResponse.title(of: .metadataTooLarge), first, issues: error.issues)
            }
            return ErrorResponse(400, .invalidRequest, "Invalid request", first, issues: error.issues)
        case let error as JSONSyntaxError:
            return ErrorResponse(400, .invalidJSON, "Invalid JSON", "The body is not JSON: \(error).")
        case let refusal as KeyRefusal: return access(refusal)
        case let refusal as KeyChangeRefusal: return refusal.response
        case let refusal as AccessRefusal: return refusal.response
        case let refusal as RateRefusal: return refusal.response
        case let refusal as StreamRefusal: return refusal.response
        case let refusal as TokenRefusal: return access(refusal)
        case let problem as CatalogProblem:
            return ErrorResponse(422, .catalogInvalid, "Catalog refused", problem.description)
        case let refusal as CatalogInUse: return inUse(refusal)
        case let problem as PriceBookProblem:
            return ErrorResponse(422, .catalogInvalid, "Price book refused", problem.description)
        case let refusal as RequestRefusal: return refusal.response
        case let refusal as PurchaseRefusal: return PurchaseResponse.problem(for: refusal)
        case let problem as PaymentProblem: return PurchaseResponse.problem(for: problem)
        case let refusal as IngestRefusal: return ingest(refusal)
        case is CancellationError:
            // The caller went away or the server is about to end: a command may have been carried out.
            return ErrorResponse(
                503, .shuttingDown, "Shutting down", "The request was given up; with the same key it may be sent again."
            ).with("Retry-After", "1")
        case EngineError.shuttingDown:
            return ErrorResponse(503, .shuttingDown, "Shutting down", "This instance is shutting down.")
                .with("Retry-After", "1")
        case EngineError.overloaded:
            return ErrorResponse(503, .overloaded, "Overloaded", "Too much is waiting; try again shortly.")
                .with("Retry-After", "1")
        case EngineError.accountDamaged(let account): return damaged(account)
        case EngineError.failuresFull:
            return ErrorResponse(
                429, .tooManyFailures, "Too many tracking failures",
                "As many failures of this account or key wait as may; this event is not kept. See: scrip failures."
            ).with("Retry-After", "60")
        case EngineError.tooFar(let moment):
            return ErrorResponse(
                422, .tooFar, "Too far ahead",
                "Too much would change until then; this account can be foreseen until \(moment.text).",
                issues: [.init(pointer: "at", detail: "may be at most \(moment.text)")])
        case let error as StoreError:
            return ErrorResponse(503, .storeUnavailable, "Database out of reach", sentence(for: error.code))
                .with("Retry-After", "1")
        case let error as NIOTooManyBytesError:
            let most = error.maxBytes.map { ", which is at most \($0) bytes" } ?? ""
            return ErrorResponse(
                413, .payloadTooLarge, "Body too large", "The body is larger than this route takes\(most).")
        case let error as HTTPError: return problem(for: error, path: path)
        default:
            return ErrorResponse(500, .internalError, "Internal error", "Something went wrong.")
        }
    }

    /// The answer for a catalog that removes what is in use, with how much, and all that it would have changed.
    private static func inUse(_ refusal: CatalogInUse) -> ErrorResponse {
        var response = ErrorResponse(409, .catalogInUse, "Catalog removes what is in use", refusal.description)
        let uses = refusal.uses.map { use in
            JSONValue.object(
                JSONObject([
                    .init(name: "kind", value: .string(use.kind.rawValue)),
                    .init(name: "id", value: .string(use.id)),
                    .init(name: "used_by", value: .string(use.user.rawValue)),
                    .init(name: "count", value: .number(String(use.count))),
                ]))
        }
        response.problem.members = [
            .init(name: "in_use", value: .array(uses)),
            .init(name: "diff", value: .array(refusal.diff.lines.map { .string($0) })),
        ]
        return response
    }

    /// The answer for an account that cannot be read. Trying again is of no use until somebody has mended it.
    static func damaged(_ account: AccountID) -> ErrorResponse {
        ErrorResponse(
            500, .accountDamaged, "Account damaged",
            "What is kept of the account '\(account)' is damaged. It is set aside; 'scrip verify' says what is wrong."
        ).with("x-should-retry", "false")
    }

    /// What callers are told of a database in trouble: which kind it is, and nothing of where it is.
    private static func sentence(for code: StoreError.Code) -> String {
        switch code {
        case .full: "The database's disk is full."
        case .readOnly: "The database can only be read now."
        case .ioFailed: "The database's disk gives errors."
        case .busy: "Others keep the database busy."
        case .filesLost: "The database's files were removed or replaced; this instance stops."
        case .unreachable, .tooNew, .tooOld, .damaged, .closing: "The database does not answer."
        }
    }

    static func problem(for error: HTTPError, path: String) -> ErrorResponse {
        switch error.status.code {
        case 404: ErrorResponse(404, .notFound, "No such route", "There is no route '\(path)'.")
        case 405: ErrorResponse(405, .methodNotAllowed, "Method not allowed", "'\(path)' does not take this method.")
        case 413: ErrorResponse(413, .payloadTooLarge, "Body too large", "The body is larger than this route takes.")
        case let status: ErrorResponse(status, .invalidRequest, "Invalid request", error.body ?? "")
        }
    }

    private static func ingest(_ refusal: IngestRefusal) -> ErrorResponse {
        switch refusal.reason {
        case .malformed: ErrorResponse(400, .invalidRequest, "Invalid request", refusal.detail)
        case .tooLarge: ErrorResponse(413, .payloadTooLarge, "Body too large", refusal.detail)
        case .unsupportedMediaType:
            ErrorResponse(415, .unsupportedMediaType, "Unsupported media type", refusal.detail)
        }
    }

    private static func access(_ refusal: KeyRefusal) -> ErrorResponse {
        let (code, detail): (ProblemCode, String) =
            switch refusal {
            case .malformed: (.unauthorized, "This is not a secret key of Scrip's, or it is cut off or mistyped.")
            case .unknown: (.unauthorized, "There is no such key.")
            case .expired: (.keyExpired, "The key's time is over.")
            case .revoked: (.keyRevoked, "The key was revoked.")
            }
        return ErrorResponse(401, code, "No valid key", detail).with(
            "WWW-Authenticate", "Bearer error=\"invalid_token\"")
    }
}

extension ErrorResponse {
    /// A token that identifies nobody; `reason` says why, in a stable word.
    private static func access(_ refusal: TokenRefusal) -> ErrorResponse {
        let reason = JSONObject.Member(name: "reason", value: .string(refusal.rawValue))
        if refusal == .keysUnavailable {
            var response = ErrorResponse(503, .issuerUnavailable, "Issuer out of reach", refusal.sentence)
                .with("Retry-After", "10")
            response.problem.members = [reason]
            return response
        }
        var response = ErrorResponse(401, .invalidToken, "Token refused", refusal.sentence)
            .with("WWW-Authenticate", "Bearer error=\"invalid_token\", error_description=\"\(refusal.rawValue)\"")
        response.problem.members = [reason]
        return response
    }
}

/// A refusal that belongs to one route.
struct RequestRefusal: Error {
    var response: ErrorResponse

    init(_ status: Int, _ code: ProblemCode, _ title: String, _ detail: String) {
        response = ErrorResponse(status, code, title, detail)
    }
}
