import ScripEngine

/// How refusals of keys, and of changes of keys, look to callers.
extension Problem {
    static func refused(_ refusal: KeyChangeRefusal) -> Problem {
        switch refusal {
        case .beyondPowers(let scope?):
            Problem(
                403, .insufficientScope, "Key lacks the scope",
                "This key does not have the scope '\(scope)', which the other has.")
        case .beyondPowers(nil):
            Problem(
                403, .insufficientScope, "Key of a higher kind",
                "A restricted key manages restricted and publishable keys, not secret ones.")
        case .otherMode:
            Problem(
                403, .keyWrongMode, "Key of the other mode", "Live keys manage live keys, and test keys test keys.")
        case .alreadyRotated(let successor):
            Problem(
                409, .keyAlreadyRotated, "Rotated already",
                "The key '\(successor)' takes its place already; rotate that one.")
        case .lastManager:
            Problem(
                409, .lastKeyManager, "Last key that manages keys",
                "After it nobody could manage keys over the API, only on the command line. "
                    + "Send 'even_if_last=true' if that is meant.")
        }
    }

    static func refused(_ refusal: KeyRefusal) -> Problem {
        let (code, detail): (ProblemCode, String) =
            switch refusal {
            case .malformed: (.unauthorized, "This is not a secret key of Scrip's, or it is cut off or mistyped.")
            case .unknown: (.unauthorized, "There is no such key.")
            case .expired: (.keyExpired, "The key's time is over.")
            case .revoked: (.keyRevoked, "The key was revoked.")
            }
        return Problem(
            401, code, "No valid key", detail, challenge: "Bearer error=\"invalid_token\"")
    }
}
