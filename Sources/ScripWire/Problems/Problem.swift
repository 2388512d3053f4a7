import ScripCore
import ScripJSON

/// An error as callers see it: a problem detail (RFC 9457) with a stable code.
public struct Problem: Hashable, Sendable {
    /// Whether and when it is worth while to send the same request again.
    public enum Retry: Hashable, Sendable {
        /// Not before some seconds have gone by.
        case after(seconds: Int64)
        /// It will not help.
        case never
    }

    /// The HTTP status.
    public var status: Int
    /// The stable code.
    public var code: String
    /// What the code means, always the same words for the same code.
    public var title: String
    /// What happened this time.
    public var detail: String
    /// The path that was asked for.
    public var instance: String?
    /// The request's id, to find it in the log.
    public var requestID: String?
    /// What is wrong with the body, field by field.
    public var issues: [ValidationError.Issue]
    /// More members, by name.
    public var members: [JSONObject.Member]
    /// Whether and when to try again, for the head of an answer; `nil` where that is not known.
    public var retry: Retry?
    /// What a credential must be (RFC 9110, 11.6.1), for the head of an answer.
    public var challenge: String?

    /// Makes a problem for one answer.
    public init(
        status: Int, code: String, title: String, detail: String, issues: [ValidationError.Issue] = [],
        members: [JSONObject.Member] = []
    ) {
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.issues = issues
        self.members = members
    }

    /// A problem with a code of the server's own.
    package init(
        _ status: Int, _ code: ProblemCode, _ title: String, _ detail: String, issues: [ValidationError.Issue] = [],
        members: [JSONObject.Member] = [], retry: Retry? = nil, challenge: String? = nil
    ) {
        self.init(
            status: status, code: code.rawValue, title: title, detail: detail, issues: issues, members: members)
        (self.retry, self.challenge) = (retry, challenge)
    }

    /// A problem with the code of a refused command.
    package init(
        _ status: Int, _ kind: Rejection.Kind, _ title: String, _ detail: String, issues: [ValidationError.Issue] = [],
        members: [JSONObject.Member] = [], retry: Retry? = nil
    ) {
        self.init(
            status: status, code: kind.rawValue, title: title, detail: detail, issues: issues, members: members)
        self.retry = retry
    }

    /// Writes the problem's object.
    public func write(into writer: inout JSONWriter) {
        writer.object { writer in
            writer.name("type")
            writer.string("urn:scrip:problem:" + String(code.map { $0 == "_" ? "-" : $0 }))
            writer.name("title")
            writer.string(title)
            writer.name("status")
            writer.integer(status)
            writer.name("detail")
            writer.string(detail)
            writer.name("code")
            writer.string(code)
            if let instance {
                writer.name("instance")
                writer.string(instance)
            }
            if let requestID {
                writer.name("request_id")
                writer.string(requestID)
            }
            if !issues.isEmpty {
                writer.name("errors")
                writer.array { writer in
                    for issue in issues {
                        writer.object { writer in
                            writer.name("detail")
                            writer.string(issue.detail)
                            writer.name("pointer")
                            writer.string(issue.pointer)
                        }
                    }
                }
            }
            for member in members {
                writer.name(member.name)
                writer.value(member.value)
            }
        }
    }
}
