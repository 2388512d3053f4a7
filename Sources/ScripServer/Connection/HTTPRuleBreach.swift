import Foundation
import NIOCore
import NIOHTTP1
import ScripCore
import ScripWire

/// A request that breaks the rules of HTTP. It is answered, and its connection ends.
struct HTTPRuleBreach: Error {
    let status: Int
    let code: ProblemCode
    let detail: String

    init(_ status: Int, _ code: ProblemCode, _ detail: String) {
        (self.status, self.code, self.detail) = (status, code, detail)
    }

    init(_ detail: String) {
        self.init(400, .invalidRequest, detail)
    }

    /// What the decoder could not read.
    /// - Parameter beginning: how the request began.
    init(_ error: any Error, beginning: RequestBeginning) {
        switch error as? HTTPParserError {
        case .invalidMethod where beginning.hasMethod:
            self.init(501, .notImplemented, "The method is not supported.")
        case .invalidVersion where beginning.hasMethod:
            self.init(505, .versionNotSupported, "This server supports only HTTP/1.1.")
        case .headerOverflow where !beginning.lineHasEnded:
            self.init(414, .addressTooLong, "The request's address is too long.")
        case .headerOverflow:
            self.init(431, .headersTooLarge, "The header fields are too many, or too large.")
        default: self.init("This is not a valid HTTP/1.1 request.")
        }
    }

    private var title: String {
        switch status {
        case 414: "Address too long"
        case 431: "Header fields too large"
        case 501: "Not implemented"
        case 505: "Version not supported"
        default: "Invalid request"
        }
    }

    /// The answer to it.
    var answer: (head: HTTPResponseHead, body: ByteBuffer) {
        var problem = ErrorResponse(status, code, title, detail)
        let id = RequestID.new()
        problem.problem.requestID = id
        let answer = problem.answer
        let headers: HTTPHeaders = [
            "Content-Type": answer.contentType, "Content-Length": String(answer.body.count),
            "Cache-Control": "no-store",
            "Connection": "close", RequestID.field: id, "Date": HTTPDate.text(of: Date()), "Server": "scrip",
        ]
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: headers)
        return (head, ByteBuffer(bytes: answer.body))
    }
}

/// How a request began: enough to say what is wrong with it.
struct RequestBeginning {
    private var bytes: [UInt8] = []
    /// Whether its first line has come to its end.
    private(set) var lineHasEnded = false

    /// Adds what came next.
    mutating func add(_ piece: ByteBuffer) {
        if lineHasEnded { return }
        // A line or two may be empty before a request (RFC 9112, 2.2).
        let view = piece.readableBytesView
        let rest = bytes.isEmpty ? view.drop { $0 == 0x0D || $0 == 0x0A } : view[...]
        lineHasEnded = rest.contains(0x0A)
        if bytes.count < 64 { bytes.append(contentsOf: rest.prefix(64)) }
    }

    /// Whether it begins with what may be a method and a space.
    var hasMethod: Bool {
        let name = bytes.prefix { $0 != 0x20 }
        return !name.isEmpty && name.count < bytes.count && name.count <= 32
            && name.allSatisfy { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D || $0 == 0x5F }
    }
}

/// Times as HTTP has them (RFC 9110, 5.6.7).
enum HTTPDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    static func text(of date: Date) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents([.weekday, .day, .month, .year, .hour, .minute, .second], from: date)
        func digits(_ number: Int?, _ count: Int = 2) -> String {
            let text = String(number ?? 0)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        let day = days[((parts.weekday ?? 1) + 6) % 7]
        let month = months[((parts.month ?? 1) + 11) % 12]
        let time = [parts.hour, parts.minute, parts.second].map { digits($0) }.joined(separator: ":")
        return "\(day), \(digits(parts.day)) \(month) \(digits(parts.year, 4)) \(time) GMT"
    }
}
