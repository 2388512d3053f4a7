import Foundation

/// A secret from the environment: in a variable, or in the file that is named by the variable whose name ends in
/// `_FILE`. Secrets are never arguments, because lists of processes show arguments.
enum StatedSecret: String, CaseIterable {
    /// Where everything is kept; the address may hold a password.
    case database = "SCRIP_DATABASE"
    /// The same under the name that hosts of databases use.
    case databaseURL = "DATABASE_URL"
    /// What secrets in the database are encrypted with.
    case masterKey = "SCRIP_MASTER_KEY"
    /// Stripe's key.
    case stripeKey = "SCRIP_STRIPE_SECRET_KEY"
    /// What Stripe's messages are signed with.
    case stripeWebhooks = "SCRIP_STRIPE_WEBHOOK_SECRETS"
    /// Polar's access token.
    case polarToken = "SCRIP_POLAR_ACCESS_TOKEN"
    /// What Polar's messages are signed with.
    case polarWebhooks = "SCRIP_POLAR_WEBHOOK_SECRETS"
    /// What tokens of Supabase's legacy secret are signed with.
    case supabase = "SCRIP_SUPABASE_SECRET"

    /// The name of the variable that leads to a file.
    var fileVariable: String { "\(rawValue)_FILE" }

    /// Whether it is an address that contains a secret, such as a password.
    var isAddress: Bool { self == .database || self == .databaseURL }

    /// The secret without surrounding white space; `nil` if neither variable has one. The variable itself wins over the
    /// file.
    /// - Throws: `Failure.Problem` when the file cannot be read, is empty or is not UTF-8.
    func text(in environment: [String: String] = ProcessInfo.processInfo.environment) throws -> String? {
        if let stated = environment[rawValue], !stated.isEmpty { return stated }
        guard let path = environment[fileVariable], !path.isEmpty else { return nil }
        return try SecretFile.text(path, named: "The file that $\(fileVariable) names")
    }

    /// The secrets that the text names, separated by commas or white space; none where none are given.
    /// - Throws: the same.
    func texts(in environment: [String: String] = ProcessInfo.processInfo.environment) throws -> [String] {
        try (text(in: environment) ?? "").split { $0 == "," || $0.isWhitespace }.map(String.init)
    }

    /// The secrets that the text holds: it, and its parts where it may be several.
    static func parts(of text: String) -> [String] {
        let parts = text.split { $0 == "," || $0.isWhitespace }.map(String.init)
        return [text] + parts.filter { $0 != text }
    }
}
