import HTTPTypes

/// The status of an answer.
typealias HTTPStatus = HTTPResponse.Status
