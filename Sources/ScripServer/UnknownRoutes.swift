import HTTPTypes
import Hummingbird
import Logging
import ScripWire

/// Turns the router's own "not found" into a problem.
struct UnknownRoutes<Context: RequestContext>: RouterMiddleware {
    let requests: UnmatchedRequests
    let logger: Logger

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let began = ContinuousClock.now
        let isOfPage = request.headers[.accessControlRequestMethod] != nil
        if request.method == .options && !isOfPage, case let methods = UnknownRoutes.methods(for: request),
            !methods.isEmpty
        {
            requests.answered(request.method.rawValue, 204, since: began)
            let allowed = (methods + ["OPTIONS"]).joined(separator: ", ")
            return Response(status: .noContent, headers: [.allow: allowed, .cacheControl: "no-store"])
        }
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound || error.status == .methodNotAllowed {
            let path = request.uri.path
            let methods = Routes.methods(at: path)
            let requestID = RequestID.of(request)
            var response = ErrorResponse.problem(
                for: HTTPError(methods.isEmpty ? .notFound : .methodNotAllowed), path: path)
            response.problem.requestID = requestID
            response.problem.instance = path
            if !methods.isEmpty { response = response.with("Allow", methods.joined(separator: ", ")) }
            requests.answered(request.method.rawValue, response.problem.status, since: began)
            logger.debug(
                "request",
                metadata: [
                    "method": "\(request.method.rawValue)", "path": "\(path)",
                    "status": "\(response.problem.status)",
                    "request_id": "\(requestID)",
                ])
            return response.with(RequestID.field, requestID).answer.response
        }
    }

    /// What may be done at all, or at one path (RFC 9110, 9.3.7).
    private static func methods(for request: Request) -> [String] {
        if request.head.path == "*" { return Set(Routes.all.map(\.method.rawValue) + ["HEAD"]).sorted() }
        return Routes.methods(at: request.uri.path)
    }
}
