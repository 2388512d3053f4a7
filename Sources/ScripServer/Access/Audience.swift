import ScripEngine

/// Whom a route is for. Every other kind of credential is refused there.
enum Audience: Sendable, Hashable {
    /// Everyone, without any credential.
    case everyone
    /// Servers, with a secret or restricted key that has the scope.
    case servers(Scope)
    /// The app's own users, with their own token or a session token that the app's server made for them.
    case users

    /// The audience as `openapi.yaml` states it.
    var word: String {
        switch self {
        case .everyone: "open"
        case .servers(let scope): scope.rawValue
        case .users: "user"
        }
    }
}
