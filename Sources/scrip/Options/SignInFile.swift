import Foundation
import ScripAPI
import ScripIdentity
import ScripJSON

/// The file of `scrip serve --auth-config`: issuers with all their settings, as JSON.
struct SignInFile {
    /// What is wrong with a file.
    struct Problem: Error, CustomStringConvertible {
        var description: String
    }

    var issuers: [Issuer] = []
    var opensAccounts = false
    var allowedOrigins: [String] = []

    init(reading path: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        if data.count > 1_048_576 { throw Problem(description: "is larger than a mebibyte") }
        let json: JSONValue
        do { json = try JSONValue.parse(Array(data)) } catch { throw Problem(description: "is not JSON: \(error)") }
        do {
            var fields = BodyFields(json)
            opensAccounts = fields.bool("open_accounts") ?? false
            allowedOrigins = SignInFile.strings("allowed_origins", in: &fields)
            let listed = fields.raw("issuers")?.arrayValue ?? []
            try fields.finish()
            issuers = try listed.enumerated().map { try SignInFile.issuer($1, path: "#/issuers/\($0)") }
        } catch let error as ValidationError {
            let first = error.issues.first
            throw Problem(description: "\(first?.pointer ?? "#") \(first?.detail ?? "is not valid")")
        }
    }

    private static func issuer(_ json: JSONValue, path: String) throws -> Issuer {
        var fields = BodyFields(json, path: path)
        let kind = fields.choice("kind", of: Issuer.Kind.allCases.map(\.rawValue)).flatMap { Issuer.Kind(rawValue: $0) }
        let name = fields.requiredText("issuer", mostBytes: 512)
        let secret = fields.text("secret", mostBytes: 1_024).map { Array($0.utf8) }
        var issuer: Issuer =
            switch kind {
            case .clerk: .clerk(name)
            case .supabase: .supabase(name, secret: secret)
            default: .oidc(name)
            }
        if kind == nil { fields.refuse("kind", "is required") }
        issuer.secret = secret
        if let address = fields.text("jwks_url", mostBytes: 1_024) { issuer.publication = .keySet(address) }
        let algorithms = strings("algorithms", in: &fields)
        if !algorithms.isEmpty {
            issuer.algorithms = algorithms.compactMap { SignatureAlgorithm(rawValue: $0) }
            if issuer.algorithms.count < algorithms.count { fields.refuse("algorithms", "has one that is not known") }
        }
        let audiences = strings("audiences", in: &fields)
        if !audiences.isEmpty { issuer.audiences = audiences }
        issuer.authorizedParties = strings("authorized_parties", in: &fields)
        issuer.requiresParty = fields.bool("authorized_party_required") ?? true
        issuer.leewaySeconds = fields.integer("leeway_seconds", in: 0...300) ?? issuer.leewaySeconds
        issuer.subjectClaim = fields.text("subject_claim", mostBytes: 255) ?? issuer.subjectClaim
        issuer.organizationClaim = fields.text("organization_claim", mostBytes: 255)
        let rule = fields.choice("account", of: Issuer.AccountRule.allCases.map(\.rawValue))
        issuer.accountRule = rule.flatMap { Issuer.AccountRule(rawValue: $0) } ?? .organizationOrUser
        issuer.accountPrefix = fields.text("account_prefix", mostBytes: 64) ?? ""
        try fields.finish()
        return issuer
    }

    private static func strings(_ name: String, in fields: inout BodyFields) -> [String] {
        guard let value = fields.raw(name) else { return [] }
        guard let elements = value.arrayValue, elements.count <= 64 else {
            fields.refuse(name, "must be a list of at most 64 strings")
            return []
        }
        let strings = elements.compactMap(\.stringValue)
        if strings.count < elements.count { fields.refuse(name, "must be a list of strings") }
        return strings
    }
}
