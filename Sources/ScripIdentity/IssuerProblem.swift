import ScripCore

/// Why the configuration of an issuer is refused.
public struct IssuerProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// Which issuer.
    public var issuer: String
    /// Which of its settings, as a configuration file names it.
    public var setting: String
    /// Which rule is broken.
    public var rule: String

    /// A sentence for people.
    public var description: String { "The issuer '\(issuer)': '\(setting)' \(rule)." }
}

extension Issuer {
    /// Checks that an issuer's users cannot be taken for those of others: that it has a name and a prefix of its own.
    /// - Throws: ``IssuerProblem``.
    public func validate(beside others: [Issuer]) throws(IssuerProblem) {
        for other in others {
            if other.name == name {
                throw IssuerProblem(issuer: name, setting: "issuer", rule: "is configured twice")
            }
            if other.accountPrefix == accountPrefix {
                throw IssuerProblem(
                    issuer: name, setting: "account_prefix",
                    rule: "must be one that the issuer '\(other.name)' does not have, or users of both with the same "
                        + "subject would share an account")
            }
            if Issuer.isAmbiguous(other.accountPrefix, accountPrefix) {
                throw IssuerProblem(
                    issuer: name, setting: "account_prefix",
                    rule: "and '\(other.accountPrefix)' of the issuer '\(other.name)' must not begin one "
                        + "another. Otherwise, a subject of one issuer could name an account of the other")
            }
        }
    }

    /// Whether one of two prefixes is the other's beginning. What begins with none is told apart token by token.
    private static func isAmbiguous(_ one: String, _ other: String) -> Bool {
        !one.isEmpty && !other.isEmpty && (one.utf8.starts(with: other.utf8) || other.utf8.starts(with: one.utf8))
    }

    /// Checks that what is configured can be safe.
    /// - Throws: ``IssuerProblem``.
    public func validate() throws(IssuerProblem) {
        func require(_ holds: Bool, _ setting: String, _ rule: String) throws(IssuerProblem) {
            if !holds { throw IssuerProblem(issuer: name, setting: setting, rule: rule) }
        }
        try require(!name.isEmpty && name.utf8.count <= 512, "issuer", "must have 1 to 512 bytes")
        switch publication {
        case .keySet(let address):
            // A key set below the issuer is wrong where the issuer is.
            let setting = address.hasPrefix(name) ? "issuer" : "jwks_url"
            try require(
                DocumentAddress.isSafe(address), setting, "must be an https address, or an http one on this machine")
        case .discovery:
            try require(
                DocumentAddress.isSafe(name), "issuer", "must be an https address, or an http one on this machine")
        case .none: try require(secret != nil, "secret", "is required, because this issuer publishes no keys")
        }
        if let secret { try require(secret.count >= 32, "secret", "must have at least 32 bytes") }
        try require(!algorithms.isEmpty, "algorithms", "must not be empty")
        let symmetric = algorithms.filter { $0.isSymmetric }.map(\.rawValue).joined(separator: ", ")
        try require(
            secret != nil || symmetric.isEmpty, "algorithms", "must not contain \(symmetric) without a secret")
        try require((0...300).contains(leewaySeconds), "leeway_seconds", "must be from 0 to 300")
        for (setting, claim) in [("subject_claim", subjectClaim), ("organization_claim", organizationClaim ?? "org")] {
            let parts = claim.split(separator: ".", omittingEmptySubsequences: false)
            try require(!parts.contains(""), setting, "must be a name, or names with single dots between them")
            for edited in ["user_metadata", "unsafe_metadata"] {
                try require(
                    parts.first != edited[...], setting,
                    "must not identify users by '\(edited)', because users can edit it")
            }
        }
        try require(
            accountPrefix.isEmpty || AccountID(accountPrefix + "x") != nil && Subject.isComposed(accountPrefix),
            "account_prefix", "must be composed text (NFC) without control characters and without a leading space")
    }
}
