import ScripEngine
import ScripIdentity
import ScripWire

/// How users sign in, as a document in YAML or JSON says it: issuers with all their settings.
public struct SignInDocument: Sendable {
    /// The most bytes a document may have.
    public static let maxBytes = 1_048_576
    /// The most issuers.
    public static let maxIssuers = 64
    /// The most elements of any other list.
    public static let maxElements = 64

    /// Whose tokens are believed.
    public var issuers: [Issuer]
    /// Whether an account is opened when its user is first seen.
    public var opensAccounts: Bool
    /// Where pages may come from that call the users' routes.
    public var allowedOrigins: [String]

    /// Reads a document, strictly: what nobody defined is an error.
    /// - Throws: ``SignInProblem`` for the first thing that is wrong.
    public init(_ text: String) throws(SignInProblem) {
        do throws(CatalogProblem) {
            let root = try DocumentNode.root(of: text, maxBytes: SignInDocument.maxBytes)
            let members = try root.members(["open_accounts", "allowed_origins", "issuers"])
            opensAccounts =
                try members["open_accounts"].map { (node) throws(CatalogProblem) in try node.truth() }
                ?? false
            allowedOrigins = []
            for node in try members["allowed_origins"]?.elements(most: SignInDocument.maxElements) ?? [] {
                let origin = try node.text()
                guard KeyRequest.isOrigin(origin) else {
                    throw node.problem("must be an origin such as https://app.example.com")
                }
                allowedOrigins.append(origin)
            }
            issuers = []
            for node in try members["issuers"]?.elements(most: SignInDocument.maxIssuers) ?? [] {
                issuers.append(try Issuer(reading: node, beside: issuers))
            }
        } catch {
            throw SignInProblem(line: error.line, path: error.path, rule: error.message)
        }
    }
}

/// Why a document of how users sign in is refused.
public struct SignInProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// The line, from 1, where one can be named.
    public var line: Int?
    /// The setting, such as `issuers[0].jwks_url`; empty where it is the whole document.
    public var path: String
    /// Which rule is broken.
    public var rule: String

    /// A sentence for people.
    public var description: String {
        (line.map { "line \($0): " } ?? "") + (path.isEmpty ? "the file" : "'\(path)'") + " " + rule
    }
}

extension Issuer {
    private static let settings = [
        "kind", "issuer", "jwks_url", "secret", "algorithms", "audiences", "authorized_parties",
        "authorized_party_required", "leeway_seconds", "subject_claim", "organization_claim", "account",
        "account_prefix", "any_account_kind",
    ]

    /// An issuer as a document says it: what its kind brings, and what is said otherwise.
    fileprivate init(reading node: DocumentNode, beside others: [Issuer]) throws(CatalogProblem) {
        let members = try node.members(Issuer.settings)
        let kind: Kind = try members.required("kind", of: node).word()
        let name = try members.required("issuer", of: node).text(maxBytes: 512)
        let secret = try members["secret"].map { (node) throws(CatalogProblem) in
            Array(try node.text(maxBytes: 1_024).utf8)
        }
        switch kind {
        case .clerk: self = .clerk(name)
        case .supabase: self = .supabase(name, secret: secret)
        case .oidc: self = .oidc(name)
        }
        self.secret = secret
        if let node = members["jwks_url"] { publication = .keySet(try node.text(maxBytes: 1_024)) }
        if let node = members["algorithms"] {
            algorithms = try Issuer.list(node) { (node) throws(CatalogProblem) in try node.word() }
        }
        if let node = members["audiences"] { audiences = try Issuer.texts(node) }
        if let node = members["authorized_parties"] { authorizedParties = try Issuer.texts(node) }
        if let node = members["authorized_party_required"] { requiresParty = try node.truth() }
        if let node = members["leeway_seconds"] { leewaySeconds = try node.integer(in: 0...300) }
        if let node = members["subject_claim"] { subjectClaim = try node.text() }
        if let node = members["organization_claim"] { organizationClaim = try node.text() }
        if let node = members["account"] { accountRule = try node.word() }
        if let node = members["account_prefix"] { accountPrefix = try node.text(maxBytes: 64) }
        if let node = members["any_account_kind"] { opensAnyKind = try node.truth() }
        let isShared = algorithms.contains { $0.isSymmetric }
        if let node = members["secret"], !isShared {
            throw node.problem("needs HS256, HS384 or HS512 in 'algorithms'")
        }
        if publication == .discovery && algorithms.allSatisfy({ $0.isSymmetric }) { publication = .none }
        do throws(IssuerProblem) {
            try validate()
            try validate(beside: others)
        } catch {
            var problem = (members[error.setting] ?? node).problem(error.rule)
            problem.path = "\(node.path).\(error.setting)"
            throw problem
        }
    }

    /// The elements of a list that says something: an empty one would silently ask for nothing.
    private static func list<Value>(
        _ node: DocumentNode, _ read: (DocumentNode) throws(CatalogProblem) -> Value
    ) throws(CatalogProblem) -> [Value] {
        let nodes = try node.elements(most: SignInDocument.maxElements)
        if nodes.isEmpty { throw node.problem("must not be empty: leave it out") }
        var values: [Value] = []
        for node in nodes { values.append(try read(node)) }
        return values
    }

    private static func texts(_ node: DocumentNode) throws(CatalogProblem) -> [String] {
        try list(node) { (node) throws(CatalogProblem) in try node.text(maxBytes: 512) }
    }
}
