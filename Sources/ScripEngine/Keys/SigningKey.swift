import ScripCore
import Synchronization

/// A secret that session tokens are signed with. It never leaves the server.
public struct SigningKey: Sendable, Hashable {
    /// The name by which tokens refer to it.
    public var id: String
    /// 32 random bytes.
    public var secret: [UInt8]
    /// When it was made.
    public var createdAt: Timestamp

    /// A key.
    public init(id: String, secret: [UInt8], createdAt: Timestamp) {
        self.id = id
        self.secret = secret
        self.createdAt = createdAt
    }

    /// How long a key signs before another takes over, in seconds: 30 days.
    static let lifetimeSeconds: Int64 = 2_592_000

    /// A new key.
    static func random(at now: Timestamp) -> SigningKey {
        var generator = SystemRandomNumberGenerator()
        let secret = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return SigningKey(
            id: "sig_" + String(UInt64.random(in: 0...UInt64.max, using: &generator), radix: 36), secret: secret,
            createdAt: now)
    }
}

/// The signing keys in memory, so that a request need not ask the database.
final class SigningKeyRing: Sendable {
    private let content = Mutex<(keys: [SigningKey], askedAt: Timestamp)>(([], .earliest))

    var keys: [SigningKey] { content.withLock { $0.keys } }

    func replace(with keys: [SigningKey]) { content.withLock { $0.keys = keys } }

    /// Whether the database may be asked for a key that is not here: once a second.
    func mayAsk(at now: Timestamp) -> Bool {
        content.withLock { content in
            if abs(now.microseconds - content.askedAt.microseconds) < Timestamp.microsecondsPerSecond { return false }
            content.askedAt = now
            return true
        }
    }
}

extension Engine {
    /// The key to sign with now; one is made when there is none that is young enough.
    public func signingKey() async throws -> SigningKey {
        let now = clock.now()
        func isYoung(_ key: SigningKey) -> Bool {
            now < key.createdAt.adding(seconds: SigningKey.lifetimeSeconds)
        }
        if let key = signingKeys.keys.last, isYoung(key) { return key }
        let all = try await store.write { writing -> [SigningKey] in
            var all = try writing.signingKeys()
            if all.last.map({ now >= $0.createdAt.adding(seconds: SigningKey.lifetimeSeconds) }) ?? true {
                let key = SigningKey.random(at: now)
                try writing.append(key)
                all.append(key)
            }
            return all
        }
        signingKeys.replace(with: all)
        guard let key = all.last else { throw StoreError(.damaged, "There is no signing key.") }
        return key
    }

    /// The key with a name; `nil` when there is none.
    public func signingKey(_ id: String) async throws -> SigningKey? {
        if let known = signingKeys.keys.first(where: { $0.id == id }) { return known }
        guard signingKeys.mayAsk(at: clock.now()) else { return nil }
        signingKeys.replace(with: try await store.read { try $0.signingKeys() })
        return signingKeys.keys.first { $0.id == id }
    }
}
