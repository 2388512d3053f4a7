import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Sends requests over HTTP: each once, without following redirects, with a limit of time for all of it and a limit of
/// bytes for its answer.
public enum BoundedHTTPClient {
    /// Redirects would take secrets to another address, and lead past the rule of which addresses are safe; compressed
    /// answers would lead past the limit of bytes.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // How long all of it may take together is limited for each request.
        configuration.timeout = .init(connect: .hours(1), read: nil)
        configuration.decompression = .disabled
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// Sends a request and reads its answer.
    /// - Parameters:
    ///   - limit: how long it may take, from the connection to the last byte of the answer.
    ///   - maxBytes: the most bytes of the answer's body.
    ///   - isWanted: whether the body of an answer with a status is read.
    /// - Throws: ``AnswerTooSlow``, or what kept the request from being sent or its answer from coming whole.
    public static func send(
        _ request: OutgoingRequest, within limit: Duration, maxBytes: Int,
        readingBodiesOf isWanted: @escaping @Sendable (Int) -> Bool = { _ in true }
    ) async throws -> IncomingAnswer {
        // The client's own limit of time ends with the head of the answer; a body that drips would have no end.
        try await withThrowingTaskGroup(of: IncomingAnswer.self) { group in
            group.addTask { try await exchange(request, maxBytes: maxBytes, isWanted: isWanted) }
            group.addTask {
                try await Task.sleep(for: limit)
                throw AnswerTooSlow()
            }
            defer { group.cancelAll() }
            guard let answer = try await group.next() else { throw AnswerTooSlow() }
            return answer
        }
    }

    private static func exchange(
        _ request: OutgoingRequest, maxBytes: Int, isWanted: (Int) -> Bool
    ) async throws -> IncomingAnswer {
        var sent = HTTPClientRequest(url: request.address)
        sent.method = HTTPMethod(rawValue: request.method)
        for field in request.fields { sent.headers.add(name: field.name, value: field.value) }
        if let body = request.body { sent.body = .bytes(ByteBuffer(string: body)) }
        let response = try await client.execute(sent, deadline: .distantFuture)
        let status = Int(response.status.code)
        let fields = response.headers.map { (name: $0.name.lowercased(), value: $0.value) }
        guard isWanted(status) else { return IncomingAnswer(status: status, fields: fields, body: []) }
        let buffer = try await response.body.collect(upTo: maxBytes)
        return IncomingAnswer(status: status, fields: fields, body: Array(buffer.readableBytesView))
    }
}

/// A request to be sent.
public struct OutgoingRequest: Sendable {
    /// What is to be done, such as `GET`.
    public var method: String
    /// The whole address.
    public var address: String
    /// Fields of the head, in order.
    public var fields: [(name: String, value: String)] = []
    /// The body; `nil` for none.
    public var body: String?

    /// A request without fields or a body.
    public init(_ method: String = "GET", _ address: String) {
        self.method = method
        self.address = address
    }
}

/// An answer that came whole.
public struct IncomingAnswer: Sendable {
    /// Its status.
    public let status: Int
    private let fields: [(name: String, value: String)]
    /// The bytes of its body.
    public let body: [UInt8]

    init(status: Int, fields: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// The first field with a name.
    public func field(_ name: String) -> String? { fields.first { $0.name == name.lowercased() }?.value }
}

/// An answer did not come whole in time.
public struct AnswerTooSlow: Error, Hashable {}
