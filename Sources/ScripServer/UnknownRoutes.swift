import HTTPTypes
import Hummingbird
import ScripAPI

/// Turns the router's own "not found" into a problem.
struct UnknownRoutes<Context: RequestContext>: RouterMiddleware {
    let requests: UnmatchedRequests

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let began = ContinuousClock.now
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
            return response.with(RequestID.field, requestID).answer.response
        }
    }
}
