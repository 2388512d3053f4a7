/// The stable codes of problems that are the server's own; those of refused commands are `Rejection.Kind`.
enum ProblemCode: String, CaseIterable {
    case invalidRequest = "invalid_request"
    case invalidJSON = "invalid_json"
    case batchSize = "batch_size"
    case unauthorized
    case keyExpired = "key_expired"
    case keyRevoked = "key_revoked"
    case insufficientScope = "insufficient_scope"
    case invalidToken = "invalid_token"
    case issuerUnavailable = "issuer_unavailable"
    case wrongCredential = "wrong_credential"
    case readOnly = "read_only"
    case keyWrongMode = "key_wrong_mode"
    case originNotAllowed = "origin_not_allowed"
    case rateLimited = "rate_limited"
    case notFound = "not_found"
    case failureNotFound = "failure_not_found"
    case unsupportedMediaType = "unsupported_media_type"
    case methodNotAllowed = "method_not_allowed"
    case payloadTooLarge = "payload_too_large"
    case catalogInvalid = "catalog_invalid"
    case internalError = "internal_error"
    case overloaded
    case shuttingDown = "shutting_down"
    case storeUnavailable = "store_unavailable"
}
