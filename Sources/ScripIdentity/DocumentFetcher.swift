import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Fetches documents over HTTP: once, without following redirects, and completely within a few seconds.
public struct DocumentFetcher: DocumentFetching {
    /// Redirects would lead past the rule of which addresses are safe; compressed documents past the limit of bytes.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        // How long all of it may take together is limited for each document.
        configuration.timeout = .init(connect: .hours(1), read: nil)
        configuration.decompression = .disabled
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    private let limit: Duration

    /// A fetcher.
    /// - Parameter seconds: how long a document may take, from the connection to its last byte.
    public init(seconds: Int64 = 5) {
        limit = .seconds(seconds)
    }

    /// The bytes of a document.
    public func document(at address: String, mostBytes: Int) async throws -> [UInt8] {
        // The client's own limit of time ends with the head of the answer; a body that drips would have no end.
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            group.addTask { try await DocumentFetcher.fetch(address, mostBytes: mostBytes) }
            group.addTask {
                try await Task.sleep(for: limit)
                throw DocumentProblem.tooSlow
            }
            defer { group.cancelAll() }
            return try await group.next() ?? []
        }
    }

    private static func fetch(_ address: String, mostBytes: Int) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: address)
        request.headers.add(name: "Accept", value: "application/json")
        let response = try await client.execute(request, deadline: .distantFuture)
        guard response.status.code == 200 else { throw DocumentProblem.status(Int(response.status.code)) }
        let buffer = try await response.body.collect(upTo: mostBytes)
        return Array(buffer.readableBytesView)
    }
}

/// Why a document is of no use.
enum DocumentProblem: Error, Sendable, Hashable {
    /// The answer was not 200; redirects are among those.
    case status(Int)
    /// It did not come in time.
    case tooSlow
    /// It is not what it should be.
    case unusable(String)
}
