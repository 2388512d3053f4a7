import ArgumentParser
import Foundation
import ScripCore
import ScripEngine
import ScripIdentity
import ScripServer
import ScripWire

/// How the app's own users sign in, and how many requests are taken.
struct SignInOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "An issuer of users' tokens, as KIND=ADDRESS with clerk, supabase or oidc.",
            discussion:
                "Also $SCRIP_ISSUERS. For Supabase's legacy secret: $SCRIP_SUPABASE_SECRET, or $SCRIP_SUPABASE_SECRET_FILE. Any further issuer needs an "
                + "account_prefix of its own, which --auth-config gives it."
        ))
    var issuer: [Pair] = []
    @Option(help: "An audience that tokens of --issuer oidc=… may be for; may be repeated.") var audience: [String] = []
    @Option(help: "An authorized party of --issuer clerk=… tokens (claim azp); may be repeated.")
    var authorizedParty: [String] = []
    @Option(help: "A YAML file of issuers with all their settings (docs/sign-in.md). (default: $SCRIP_AUTH_CONFIG)")
    var authConfig: String?
    @Flag(help: "Open an account on the default plan when a user first signs in.") var openAccounts = false
    @Option(help: "An origin whose pages may call the users' routes; may be repeated.") var allowOrigin: [String] = []
    @Option(help: "Which keys this server accepts: live or test.") var mode: KeyMode = .live
    @Option(help: "The most requests a minute from one key; 0 for no limit.") var limitPerKey = 0
    @Option(help: "The most requests a minute from one user; 0 for no limit.") var limitPerUser = 600
    @Option(help: "The most requests a minute from one address; 0 for no limit.") var limitPerAddress = 0

    mutating func validate() throws {
        for limit in [limitPerKey, limitPerUser, limitPerAddress] where !(0...100_000_000).contains(limit) {
            throw ValidationError("A limit must be from 0 to 100000000 requests a minute.")
        }
        if let wrong = allowOrigin.first(where: { !KeyRequest.isOrigin($0) }) {
            throw ValidationError("'\(wrong)' is not an origin such as https://app.example.com.")
        }
    }

    var limits: RequestLimits {
        func limit(_ number: Int) -> Int? { number == 0 ? nil : number }
        return RequestLimits(
            perKey: limit(limitPerKey), perUser: limit(limitPerUser), perAddress: limit(limitPerAddress))
    }

    /// The settings from the flags, the environment and the file together.
    func users(environment: [String: String]) throws -> UsersConfiguration {
        var issuers = try (issuer + stated(in: environment)).map { try made($0, environment: environment) }
        var isOpening = openAccounts
        var origins = Set(allowOrigin)
        if let path = authConfig ?? environment["SCRIP_AUTH_CONFIG"].flatMap({ $0.isEmpty ? nil : $0 }) {
            let file = try SignInDocument(path: path)
            issuers += file.issuers
            isOpening = isOpening || file.opensAccounts
            origins.formUnion(file.allowedOrigins)
        }
        do {
            let verifier = issuers.isEmpty ? nil : try TokenVerifier(issuers: issuers)
            return UsersConfiguration(verifier: verifier, opensAccounts: isOpening, allowedOrigins: origins)
        } catch let problem {
            throw Failure.Problem.usage(problem.description)
        }
    }

    private func stated(in environment: [String: String]) throws -> [Pair] {
        try (environment["SCRIP_ISSUERS"] ?? "").split(separator: " ").map { text in
            guard let pair = Pair(argument: String(text)) else {
                throw Failure.Problem.usage("$SCRIP_ISSUERS has '\(text)'; write KIND=ADDRESS.")
            }
            return pair
        }
    }

    private func made(_ pair: Pair, environment: [String: String]) throws -> Issuer {
        switch Issuer.Kind(rawValue: pair.name) {
        case .clerk: return .clerk(pair.value, authorizedParties: authorizedParty)
        case .supabase:
            let secret = try StatedSecret.supabase.text(in: environment)
            return .supabase(pair.value, secret: secret.map { Array($0.utf8) })
        case .oidc: return .oidc(pair.value, audiences: audience)
        case nil:
            let hint = Spelling.question(after: pair.name, among: Issuer.Kind.allCases.map(\.rawValue))
            throw Failure.Problem.usage(
                "'\(pair.name)' is not a kind of issuer; write clerk, supabase or oidc.\(hint)")
        }
    }
}
