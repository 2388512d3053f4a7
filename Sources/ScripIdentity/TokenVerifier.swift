import ScripCore
import ScripJSON

/// Decides whether a token is to be believed, and whom it speaks for.
///
/// The token says only which issuer and which key to try. Which algorithm that key is good for, and all conditions, are
/// the issuer's as configured.
public final class TokenVerifier: Sendable {
    /// The issuers whose tokens are believed.
    public let issuers: [Issuer]
    private let keys: [String: IssuerKeys]

    /// A verifier of the tokens of some issuers, each with its own name and its own prefix of accounts.
    /// - Throws: ``IssuerProblem``.
    public init(issuers: [Issuer], fetcher: any DocumentFetching = DocumentFetcher()) throws(IssuerProblem) {
        var keys: [String: IssuerKeys] = [:]
        for (place, issuer) in issuers.enumerated() {
            try issuer.validate()
            try issuer.validate(beside: Array(issuers[..<place]))
            keys[issuer.name] = IssuerKeys(issuer: issuer, fetcher: fetcher)
        }
        self.issuers = issuers
        self.keys = keys
    }

    /// Whom a token speaks for.
    /// - Throws: ``TokenRefusal``.
    public func verify(_ token: String, at now: Timestamp) async throws(TokenRefusal) -> Identity {
        let parts = try TokenParts(token)
        let algorithm = try TokenVerifier.algorithm(in: parts.header)
        guard let name = parts.claims["iss"] else { throw .issuerMissing }
        guard case .string(let name) = name else { throw .claimMalformed }
        guard let issuer = issuers.first(where: { $0.name == name }), let keys = keys[name] else {
            throw .issuerUnknown
        }
        if algorithm.isSymmetric && issuer.secret == nil { throw .algorithmConfused }
        if !issuer.algorithms.contains(algorithm) { throw .algorithmNotAllowed }
        let id = try TokenClaims(object: parts.header).text("kid")
        let key = try await keys.key(id: id, algorithm: algorithm, now: now)
        if !key.verifies(parts.signature, of: parts.signed) { throw .signatureInvalid }
        let identity = try issuer.identity(from: TokenClaims(object: parts.claims), now: now)
        if isOfAnother(identity.account, than: issuer) { throw .subjectInvalid }
        return identity
    }

    /// Whether an account begins with a longer prefix, another issuer's: a subject without a prefix before it can look
    /// like one.
    private func isOfAnother(_ account: AccountID, than issuer: Issuer) -> Bool {
        issuers.contains { other in
            other.accountPrefix.utf8.count > issuer.accountPrefix.utf8.count
                && account.rawValue.utf8.starts(with: other.accountPrefix.utf8)
        }
    }

    private static func algorithm(in header: JSONObject) throws(TokenRefusal) -> SignatureAlgorithm {
        for name in ["jwk", "jku", "x5u", "x5c"] where header[name] != nil { throw .bringsKey }
        if header["crit"] != nil { throw .criticalExtension }
        guard case .string(let text) = header["alg"] else { throw .claimMalformed }
        if text.lowercased() == "none" { throw .unsigned }
        guard let algorithm = SignatureAlgorithm(rawValue: text) else { throw .algorithmNotAllowed }
        return algorithm
    }
}
