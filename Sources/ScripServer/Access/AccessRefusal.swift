import ScripEngine
import ScripWire

/// Why a caller may not call a route.
enum AccessRefusal: Error, Hashable {
    /// A server's key is missing.
    case noKey
    /// A user's token is missing.
    case noToken
    /// The key is for something else.
    case missingScope(Scope)
    /// A key where a user's token belongs.
    case keyForUsersRoute
    /// A user's token, or a publishable key, where a server's key belongs.
    case tokenForServersRoute
    /// The token belongs to somebody who acts as the user and may only read.
    case readOnly
    /// The key belongs to the other world, live or test.
    case wrongMode
    /// The page that calls is not among those the key may be used from.
    case originNotAllowed

    var response: ErrorResponse {
        switch self {
        case .noKey:
            ErrorResponse(
                401, .unauthorized, "No valid key", "Send a secret key as 'Authorization: Bearer scrip_sk_…'."
            ).with("WWW-Authenticate", "Bearer")
        case .noToken:
            ErrorResponse(401, .unauthorized, "Not signed in", "Send the user's token as 'Authorization: Bearer …'.")
                .with("WWW-Authenticate", "Bearer")
        case .missingScope(let scope):
            ErrorResponse(
                403, .insufficientScope, "Key lacks the scope",
                "This key does not have the scope '\(scope.rawValue)'."
            )
        case .keyForUsersRoute:
            ErrorResponse(
                403, .wrongCredential, "Wrong kind of credential",
                "This route is for users: send a user's token, not a key.")
        case .tokenForServersRoute:
            ErrorResponse(
                403, .wrongCredential, "Wrong kind of credential",
                "This route is for servers: send a secret or restricted key.")
        case .wrongMode:
            ErrorResponse(
                401, .keyWrongMode, "Key of the other mode", "A server accepts only live keys or only test keys."
            )
            .with("WWW-Authenticate", "Bearer error=\"invalid_token\"")
        case .originNotAllowed:
            ErrorResponse(
                403, .originNotAllowed, "Origin not allowed", "This key may not be used from this page.")
        case .readOnly:
            ErrorResponse(
                403, .readOnly, "Read-only", "Somebody who acts as a user may only read.")
        }
    }
}
