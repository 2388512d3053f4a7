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
                "A restricted key can manage restricted and publishable keys, but not secret ones.")
        case .otherMode:
            Problem(
                403, .keyWrongMode, "Key of the other mode", "A key manages only keys of its own mode, live or test.")
        case .alreadyRotated(let successor):
            Problem(
                409, .keyAlreadyRotated, "Rotated already",
                "The key '\(successor)' has already replaced it; rotate that one.")
        case .lastManager:
            Problem(
                409, .lastKeyManager, "Last key that manages keys",
                "Without this key, nobody could manage keys over the API, only on the command line. "
                    + "Send 'even_if_last=true' to revoke it anyway.")
        }
    }

    static func refused(_ refusal: KeyRefusal) -> Problem {
        let (code, detail): (ProblemCode, String) =
            switch refusal {
            case .malformed: (.unauthorized, "This is not a valid Scrip key. It may be cut off or mistyped.")
            case .unknown: (.unauthorized, "There is no such key.")
            case .expired: (.keyExpired, "The key's time is over.")
            case .revoked: (.keyRevoked, "The key was revoked.")
            }
        return Problem(
            401, code, "No valid key", detail, challenge: "Bearer error=\"invalid_token\"")
    }
}
