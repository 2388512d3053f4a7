/// Why the configuration of an issuer is refused.
public struct IssuerProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// Which issuer.
    public var issuer: String
    /// Which rule is broken.
    public var rule: String

    /// A sentence for people.
    public var description: String { "The issuer '\(issuer)' \(rule)." }
}

extension Issuer {
    /// Checks that what is configured can be safe.
    /// - Throws: ``IssuerProblem``.
    public func validate() throws(IssuerProblem) {
        func require(_ holds: Bool, _ rule: String) throws(IssuerProblem) {
            if !holds { throw IssuerProblem(issuer: name, rule: rule) }
        }
        try require(!name.isEmpty && name.utf8.count <= 512, "needs a name of 1 to 512 bytes")
        if case .keySet(let address) = publication {
            try require(DocumentAddress.isSafe(address), "must publish its keys by https, or by http on this machine")
        }
        if publication == .discovery {
            try require(DocumentAddress.isSafe(name), "must be an https address, or an http one on this machine")
        }
        if let secret { try require(secret.count >= 32, "needs a secret of at least 32 bytes") }
        try require(publication != .none || secret != nil, "has neither published keys nor a secret")
        try require(!algorithms.isEmpty, "needs an algorithm")
        let symmetric = algorithms.filter { $0.isSymmetric }
        try require(secret != nil || symmetric.isEmpty, "allows \(symmetric.map(\.rawValue)) without a secret")
        try require((0...300).contains(leewaySeconds), "may have a leeway from 0 to 300 seconds")
        for claim in [subjectClaim, organizationClaim ?? "org"] {
            try require(
                claim != "user_metadata" && !claim.hasPrefix("user_metadata."),
                "may not take who a user is from 'user_metadata', which users edit themselves")
        }
    }
}
