import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Fetches documents over HTTP: once, without following redirects, within five seconds.
public struct DocumentFetcher: DocumentFetching {
    private let client: HTTPClient

    /// A fetcher.
    public init() {
        client = HTTPClient.shared
    }

    /// The bytes of a document.
    public func document(at address: String, mostBytes: Int) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: address)
        request.headers.add(name: "Accept", value: "application/json")
        let response = try await client.execute(request, timeout: .seconds(5))
        guard response.status.code == 200 else { throw DocumentProblem.status(Int(response.status.code)) }
        let buffer = try await response.body.collect(upTo: mostBytes)
        return Array(buffer.readableBytesView)
    }
}

/// Why a document is of no use.
enum DocumentProblem: Error, Sendable, Hashable {
    /// The answer was not 200; redirects are among those.
    case status(Int)
    /// It is not what it should be.
    case unusable(String)
}
