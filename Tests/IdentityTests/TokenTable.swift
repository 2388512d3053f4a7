import Foundation
import ScripCore
import ScripIdentity
import ScripJSON
import Synchronization
import Testing

/// The tokens that an independent library made (`Tests/Data/identity/make`), and the issuers they are of.
struct TokenTable: Sendable {
    let now: Timestamp
    let accepted: [(name: String, token: String, identity: JSONValue)]
    let refused: [(name: String, token: String, reason: String)]
    let documents: [String: String]
    let secret: String

    init() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Data/identity/tokens.json")
        let json = try JSONValue.parse(Array(try Data(contentsOf: path)))
        now = Timestamp(seconds: try #require(json["now"]?.integerValue))
        secret = try #require(json["secret"]?.stringValue)
        accepted = try (json["accepted"]?.arrayValue ?? []).map {
            (
                try #require($0["name"]?.stringValue), try #require($0["token"]?.stringValue),
                try #require($0["identity"])
            )
        }
        refused = try (json["refused"]?.arrayValue ?? []).map {
            (
                try #require($0["name"]?.stringValue), try #require($0["token"]?.stringValue),
                try #require($0["reason"]?.stringValue)
            )
        }
        var documents: [String: String] = [:]
        for member in json["documents"]?.objectValue?.members ?? [] {
            var writer = JSONWriter()
            writer.value(member.value)
            documents[member.name] = String(decoding: writer.bytes, as: UTF8.self)
        }
        self.documents = documents
    }

    /// The issuers, each set up in another way.
    var issuers: [Issuer] {
        var keycloak = Issuer.oidc("https://login.example.com/realms/app", audiences: ["api"])
        keycloak.accountPrefix = "kc:"
        var auth0 = Issuer.oidc("https://tenant.example.com/", audiences: ["https://api.example.com"])
        auth0.organizationClaim = "https://example.com/org"
        auth0.accountPrefix = "a0:"
        var supabase = Issuer.supabase("https://ref.supabase.co/auth/v1")
        supabase.accountPrefix = "sb:"
        var legacy = Issuer.supabase("https://old.supabase.co/auth/v1", secret: Array(secret.utf8))
        legacy.accountPrefix = "old:"
        return [
            .clerk("https://clerk.example.com", authorizedParties: ["https://app.example.com"]), supabase, legacy,
            keycloak, auth0,
        ]
    }

    /// The token with a name.
    func token(_ name: String) throws -> String {
        try #require(accepted.first { $0.name == name }?.token ?? refused.first { $0.name == name }?.token)
    }
}

/// Documents that are there or not, and how often they were asked for.
final class Shelf: DocumentFetching {
    private let content: Mutex<(documents: [String: String], count: Int)>

    init(_ documents: [String: String]) {
        content = Mutex((documents, 0))
    }

    var count: Int { content.withLock { $0.count } }

    func put(_ document: String?, at address: String) { content.withLock { $0.documents[address] = document } }

    func document(at address: String, maxBytes: Int) async throws -> [UInt8] {
        let found = content.withLock { content in
            content.count += 1
            return content.documents[address]
        }
        guard let found else { throw CocoaError(.fileNoSuchFile) }
        return Array(found.utf8)
    }
}
