import HTTPTypes
import Hummingbird

/// Lets pages of some origins call the users' routes, and no others (the Fetch standard's CORS protocol).
///
/// Tokens travel in a header, never in a cookie, so that credentials are never allowed along.
struct CrossOrigin<Context: RequestContext>: RouterMiddleware {
    let origins: PageOrigins

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard request.uri.path.hasPrefix("/api/") else { return try await next(request, context) }
        let origin = request.headers[.origin]
        if request.method == .options, let origin, request.headers[.accessControlRequestMethod] != nil {
            return await preflight(origin, path: request.uri.path)
        }
        var response = try await next(request, context)
        let vary = response.headers[.vary]
        response.headers[.vary] = vary.map { "\($0), Origin" } ?? "Origin"
        if let origin, await origins.maySee(origin, headers: request.headers) {
            response.headers[.accessControlAllowOrigin] = origin
            response.headers[.accessControlExposeHeaders] = CrossOriginFields.exposed
        }
        return response
    }

    private func preflight(_ origin: String, path: String) async -> Response {
        let methods = Routes.methods(at: path)
        guard !methods.isEmpty, await origins.mayAsk(origin) else {
            var answer = AccessRefusal.originNotAllowed.response.answer
            answer.headers[.vary] = "Origin"
            return answer.response
        }
        var headers: HTTPFields = [:]
        headers[.vary] = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
        headers[.accessControlAllowOrigin] = origin
        headers[.accessControlAllowMethods] = methods.joined(separator: ", ")
        headers[.accessControlAllowHeaders] = CrossOriginFields.allowed
        headers[.accessControlMaxAge] = "600"
        return Response(status: .noContent, headers: headers)
    }
}

/// The header fields that pages may send and see.
enum CrossOriginFields {
    static let allowed =
        "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, Prefer, X-Request-Id, X-Scrip-Key"
    static let exposed =
        "Idempotent-Replayed, Preference-Applied, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
}
