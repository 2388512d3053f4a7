import ScripCore
import ScripJSON

/// The keys of one issuer: fetched when they are needed, kept for a while, fetched again for a key that is not among
/// them — but not more often than every few seconds, whatever tokens say.
actor IssuerKeys {
    /// How long keys are believed to be as they were, in seconds.
    static let lifetimeSeconds: Int64 = 300
    /// How long keys stay good while their issuer cannot be reached, in seconds.
    static let longestSeconds: Int64 = 86_400
    /// How long after one attempt the next may be made, in seconds.
    static let intervalSeconds: Int64 = 10
    /// The most bytes of a document of an issuer.
    static let maxBytes = 262_144
    /// The most keys of a set that are looked at.
    static let maxKeys = 64

    private let issuer: Issuer
    private let fetcher: any DocumentFetching
    private var secrets: [VerificationKey]?
    private var published: [VerificationKey]?
    private var fetchedAt: Timestamp?
    private var attemptedAt: Timestamp?
    private var hasFailed = false
    private var refreshing: Task<Void, Never>?

    init(issuer: Issuer, fetcher: any DocumentFetching) {
        self.issuer = issuer
        self.fetcher = fetcher
    }

    /// The key that a token's header asks for.
    func key(id: String?, algorithm: SignatureAlgorithm, now: Timestamp) async throws(TokenRefusal) -> VerificationKey {
        if algorithm.isSymmetric { return try await secret(algorithm) }
        if issuer.publication == .none { throw .algorithmNotAllowed }
        if !isFresh(at: now) {
            let refreshing = refresh(at: now)
            // While an issuer fails, those whose keys are known do not wait for it each time.
            if !hasFailed || find(id: id) == nil || !isUsable(at: now) { await refreshing?.value }
        }
        if find(id: id) == nil, mayAttempt(at: now) { await refresh(at: now)?.value }
        guard let published, isUsable(at: now) else { throw .keysUnavailable }
        guard let id else {
            guard published.count == 1 else { throw .keyUnnamed }
            return try pinned(published[0], algorithm)
        }
        guard let found = published.first(where: { $0.id == id }) else { throw .keyUnknown }
        return try pinned(found, algorithm)
    }

    private func find(id: String?) -> VerificationKey? {
        guard let id else { return published?.first }
        return published?.first { $0.id == id }
    }

    private func pinned(
        _ key: VerificationKey, _ algorithm: SignatureAlgorithm
    ) throws(TokenRefusal) -> VerificationKey {
        if key.algorithm != algorithm { throw .algorithmNotAllowed }
        return key
    }

    private func secret(_ algorithm: SignatureAlgorithm) async throws(TokenRefusal) -> VerificationKey {
        guard let bytes = issuer.secret else { throw .algorithmConfused }
        if secrets == nil {
            var made: [VerificationKey] = []
            for algorithm in issuer.algorithms {
                if let key = await VerificationKey.secret(bytes, algorithm: algorithm) { made.append(key) }
            }
            secrets = made
        }
        guard let key = secrets?.first(where: { $0.algorithm == algorithm }) else { throw .algorithmNotAllowed }
        return key
    }

    private func isFresh(at now: Timestamp) -> Bool {
        guard let fetchedAt else { return false }
        return now < fetchedAt.adding(seconds: IssuerKeys.lifetimeSeconds) || !mayAttempt(at: now)
    }

    private func isUsable(at now: Timestamp) -> Bool {
        fetchedAt.map { now < $0.adding(seconds: IssuerKeys.longestSeconds) } ?? false
    }

    private func mayAttempt(at now: Timestamp) -> Bool {
        guard let attemptedAt else { return true }
        return now >= attemptedAt.adding(seconds: IssuerKeys.intervalSeconds) || now < attemptedAt
    }

    /// Fetches the keys, once for all who wait. When that fails, what there is stays.
    private func refresh(at now: Timestamp) -> Task<Void, Never>? {
        if let refreshing { return refreshing }
        guard mayAttempt(at: now) else { return nil }
        attemptedAt = now
        let task = Task { await load(at: now) }
        refreshing = task
        return task
    }

    private func load(at now: Timestamp) async {
        if let fetched = try? await IssuerKeys.fetch(issuer, with: fetcher) {
            published = fetched
            fetchedAt = now
            hasFailed = false
        } else {
            hasFailed = true
        }
        refreshing = nil
    }

    private static func fetch(_ issuer: Issuer, with fetcher: any DocumentFetching) async throws -> [VerificationKey] {
        var address: String
        switch issuer.publication {
        case .keySet(let stated): address = stated
        case .discovery: address = try await discover(issuer, with: fetcher)
        case .none: return []
        }
        let document = try JSONValue.parse(try await fetcher.document(at: address, maxBytes: maxBytes))
        guard let values = document["keys"]?.arrayValue else {
            throw DocumentProblem.unusable("The key set has no 'keys'.")
        }
        var keys: [VerificationKey] = []
        for value in values.prefix(maxKeys) {
            if let key = await VerificationKey.published(value, allowed: issuer.algorithms) { keys.append(key) }
        }
        return keys
    }

    private static func discover(_ issuer: Issuer, with fetcher: any DocumentFetching) async throws -> String {
        let address = Issuer.wellKnown(issuer.name, "openid-configuration")
        let document = try JSONValue.parse(try await fetcher.document(at: address, maxBytes: maxBytes))
        // OpenID Connect Discovery 1.0 §4.3: the document must be about the issuer it was asked for.
        guard document["issuer"]?.stringValue == issuer.name, let keySet = document["jwks_uri"]?.stringValue,
            DocumentAddress.isSafe(keySet)
        else { throw DocumentProblem.unusable("The discovery document is about another issuer or names no key set.") }
        return keySet
    }
}
