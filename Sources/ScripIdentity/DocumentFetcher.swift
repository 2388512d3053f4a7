import ScripHTTPClient

/// Fetches documents over HTTP: once, without following redirects, and completely within a few seconds.
public struct DocumentFetcher: DocumentFetching {
    private let limit: Duration

    /// A fetcher.
    /// - Parameter seconds: how long a document may take, from the connection to its last byte.
    public init(seconds: Int64 = 5) {
        limit = .seconds(seconds)
    }

    /// The bytes of a document.
    public func document(at address: String, maxBytes: Int) async throws -> [UInt8] {
        var request = OutgoingRequest("GET", address)
        request.fields = [("Accept", "application/json")]
        let answer = try await BoundedHTTPClient.send(request, within: limit, maxBytes: maxBytes) { $0 == 200 }
        if answer.status != 200 { throw DocumentProblem.status(answer.status) }
        return answer.body
    }
}

/// Why a document is of no use.
enum DocumentProblem: Error, Sendable, Hashable {
    /// The answer was not 200; redirects are among those.
    case status(Int)
    /// It is not what it should be.
    case unusable(String)
}
