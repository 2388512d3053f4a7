/// Every reason for which a token identifies nobody. Its raw value is a stable code that callers see.
public enum TokenRefusal: String, Error, Sendable, Hashable, CaseIterable {
    /// It is longer than ``TokenParts/maxBytes``.
    case tooLarge = "token_too_large"
    /// It is not three parts of base64url.
    case malformed = "token_malformed"
    /// Its header or its claims are not a JSON object.
    case notJSON = "token_not_json"
    /// A claim or a header that matters has another type than the standard says.
    case claimMalformed = "token_claim_malformed"
    /// It says that it has no signature.
    case unsigned = "token_unsigned"
    /// It asks for an algorithm that is not allowed for its issuer or its key.
    case algorithmNotAllowed = "token_algorithm_not_allowed"
    /// It asks that a public key be used as a shared secret.
    case algorithmConfused = "token_algorithm_confused"
    /// It brings its own key, or says where to fetch it.
    case bringsKey = "token_brings_key"
    /// It demands that an extension be understood.
    case criticalExtension = "token_critical_extension"
    /// It names no issuer.
    case issuerMissing = "token_issuer_missing"
    /// Its issuer is not among those configured.
    case issuerUnknown = "token_issuer_unknown"
    /// It names no key, and its issuer has several.
    case keyUnnamed = "token_key_unnamed"
    /// Its issuer has no such key.
    case keyUnknown = "token_key_unknown"
    /// The issuer's keys cannot be fetched at the moment.
    case keysUnavailable = "token_keys_unavailable"
    /// Its signature is not by the key it names.
    case signatureInvalid = "token_signature_invalid"
    /// It is for nobody in particular, and its issuer's tokens must say for whom they are.
    case audienceMissing = "token_audience_missing"
    /// It is for another audience.
    case audienceWrong = "token_audience_wrong"
    /// It does not say which party it was made for.
    case partyMissing = "token_party_missing"
    /// It was made for a party that is not allowed.
    case partyWrong = "token_party_wrong"
    /// It does not say when it ends.
    case expiryMissing = "token_expiry_missing"
    /// Its time is over.
    case expired = "token_expired"
    /// Its time has not come.
    case notYetValid = "token_not_yet_valid"
    /// It would be good for longer than any token of its kind.
    case lifeTooLong = "token_life_too_long"
    /// It says that it will be made in the future.
    case issuedInFuture = "token_issued_in_future"
    /// It names no subject, or one that cannot be an account of this issuer.
    case subjectInvalid = "token_subject_invalid"
    /// The account of the name it gives is of the other kind: a user's where it names an organisation, or the other way
    /// round.
    case accountKindWrong = "token_account_kind_wrong"
    /// Its role is not that of a signed-in user.
    case roleRefused = "token_role_refused"
    /// Its session waits for the user to finish signing in.
    case sessionPending = "token_session_pending"
    /// It is a token for another purpose, such as an ID token.
    case purposeWrong = "token_purpose_wrong"
    /// It names no organisation, and accounts are organisations here.
    case organizationMissing = "token_organization_missing"

    /// A sentence for people.
    public var sentence: String {
        switch self {
        case .tooLarge: "The token is longer than \(TokenParts.maxBytes) bytes."
        case .malformed: "The token is not three parts of base64url."
        case .notJSON: "The token's header or claims are not a JSON object."
        case .claimMalformed: "A claim of the token has the wrong type."
        case .unsigned: "The token has no signature."
        case .algorithmNotAllowed: "The token's algorithm is not allowed for its key."
        case .algorithmConfused: "The token uses a public key as a shared secret."
        case .bringsKey: "The token contains its own key, which is not allowed."
        case .criticalExtension: "The token requires an extension that is not supported."
        case .issuerMissing: "The token has no issuer."
        case .issuerUnknown: "The token's issuer is not trusted here."
        case .keyUnnamed: "The token does not say which key signed it."
        case .keyUnknown: "The token's issuer has no such key."
        case .keysUnavailable: "The keys of the token's issuer cannot be fetched now."
        case .signatureInvalid: "The token's signature is wrong."
        case .audienceMissing: "The token has no audience."
        case .audienceWrong: "The token is for another audience."
        case .partyMissing: "The token does not say which party it was made for."
        case .partyWrong: "The token was made for another party."
        case .expiryMissing: "The token has no expiry time."
        case .expired: "The token has expired."
        case .notYetValid: "The token is not valid yet."
        case .lifeTooLong: "The token's lifetime is longer than allowed."
        case .issuedInFuture: "The token was issued in the future."
        case .subjectInvalid: "The token has no usable subject."
        case .accountKindWrong: "The token's account has the wrong kind: user instead of organization, or the reverse."
        case .roleRefused: "The token's role is not that of a signed-in user."
        case .sessionPending: "The sign-in of the token's session is not complete."
        case .purposeWrong: "The token is for another purpose."
        case .organizationMissing: "The token names no organisation."
        }
    }
}
