import HTTPTypes
import Hummingbird
import NIOCore
import ScripCore
import ScripEngine
import ScripIdentity
import ScripJSON
import ScripWire

/// A problem on its way over HTTP: its body, and what it says in the head of the answer.
struct ErrorResponse {
    var problem: Problem
    var headers: HTTPFields = [:]

    var answer: Answer {
        // A caller may have sent a key in place of a name.
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

    init(_ problem: Problem) {
        self.problem = problem
        if let challenge = problem.challenge { self = with("WWW-Authenticate", challenge) }
        switch problem.retry {
        case .after(let seconds): self = with("Retry-After", String(seconds))
        case .never: self = with("x-should-retry", "false")
        case nil: break
        }
    }

    init(
        _ status: Int, _ code: ProblemCode, _ title: String, _ detail: String, retry: Problem.Retry? = nil,
        challenge: String? = nil
    ) {
        self.init(Problem(status, code, title, detail, retry: retry, challenge: challenge))
    }

    func with(_ name: String, _ value: String) -> ErrorResponse {
        var response = self
        if let field = HTTPField.Name(name) { response.headers[field] = value }
        return response
    }

    /// What a request is answered that failed with an error: those of HTTP here, all others as the wire words them.
    static func problem(
        for error: any Error, path: String, configuration: ServerConfiguration = ServerConfiguration(),
        prefer: Int? = nil
    ) -> ErrorResponse {
        switch error {
        case Rejection.insufficientCredits: insufficient(error, status: configuration.insufficientCreditsStatus, prefer)
        case let refusal as AccessRefusal: refusal.response
        case let refusal as RateRefusal: refusal.response
        case let refusal as StreamRefusal: refusal.response
        case let refusal as TokenRefusal: access(refusal)
        case let refusal as RequestRefusal: refusal.response
        case let error as NIOTooManyBytesError: tooLarge(maxBytes: error.maxBytes)
        case let error as HTTPError: problem(for: error, path: path)
        default: ErrorResponse(Problem.describing(error))
        }
    }

    private static func insufficient(_ error: any Error, status: Int, _ prefer: Int?) -> ErrorResponse {
        var problem = Problem.describing(error)
        problem.status = prefer ?? status
        let response = ErrorResponse(problem).with("Vary", "Prefer")
        return prefer.map { response.with("Preference-Applied", "insufficient-credits=\($0)") } ?? response
    }

    private static func tooLarge(maxBytes: Int?) -> ErrorResponse {
        let most = maxBytes.map { ", which is at most \($0) bytes" } ?? ""
        return ErrorResponse(
            413, .payloadTooLarge, "Body too large", "The body is larger than this route takes\(most).")
    }

    static func problem(for error: HTTPError, path: String) -> ErrorResponse {
        switch error.status.code {
        case 404: ErrorResponse(404, .notFound, "No such route", "There is no route '\(path)'.")
        case 405: ErrorResponse(405, .methodNotAllowed, "Method not allowed", "'\(path)' does not take this method.")
        case 413: tooLarge(maxBytes: nil)
        case let status: ErrorResponse(status, .invalidRequest, "Invalid request", error.body ?? "")
        }
    }

    /// The answer to an invalid token; `reason` says why, in a stable word.
    private static func access(_ refusal: TokenRefusal) -> ErrorResponse {
        let reason = JSONObject.Member(name: "reason", value: .string(refusal.rawValue))
        if refusal == .keysUnavailable {
            return ErrorResponse(
                Problem(
                    503, .issuerUnavailable, "Issuer out of reach", refusal.sentence, members: [reason],
                    retry: .after(seconds: 10)))
        }
        return ErrorResponse(
            Problem(
                401, .invalidToken, "Token refused", refusal.sentence, members: [reason],
                challenge: "Bearer error=\"invalid_token\", error_description=\"\(refusal.rawValue)\""))
    }
}

/// A refusal that belongs to one route.
struct RequestRefusal: Error {
    var response: ErrorResponse

    init(_ status: Int, _ code: ProblemCode, _ title: String, _ detail: String) {
        response = ErrorResponse(status, code, title, detail)
    }
}
