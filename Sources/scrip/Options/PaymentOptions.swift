import ArgumentParser
import Foundation
import Logging
import ScripPayments
import ScripEngine

/// Which payment providers there are, and how purchases are made. Secrets come only from the environment, so that no
/// list of processes shows them.
struct PaymentOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What happens to used credits when a purchase is refunded: take_back_remaining or allow_debt.",
            discussion: "Stripe is used when $SCRIP_STRIPE_SECRET_KEY is set, Polar when $SCRIP_POLAR_ACCESS_TOKEN is. "
                + "$SCRIP_STRIPE_WEBHOOK_SECRETS and $SCRIP_POLAR_WEBHOOK_SECRETS hold their webhooks' secrets, separated "
                + "by commas while one replaces another. With _FILE at its end, each names a file."))
    var takeBack: TakeBackPolicy = .takeBackRemaining
    @Option(help: "Where buyers go after paying, unless the app names a page.") var purchaseSuccessURL: String?
    @Option(help: "Where buyers go after cancelling, unless the app names a page.") var purchaseCancelURL: String?
    @Option(help: "How many days a plan without grace_days continues after its period while its payment is missing.")
    var graceDays = 3
    @Option(help: "The address under which browsers reach this server.") var publicURL: String?

    mutating func validate() throws {
        if !(0...90).contains(graceDays) { throw ValidationError("--grace-days must be from 0 to 90.") }
    }

    /// The payment desk with the providers that are set up.
    /// - Parameter testAddress: the address of this server's own test checkout, in development alone.
    func desk(engine: Engine, testAddress: (@Sendable () -> String)? = nil, logger: Logger) throws -> PaymentDesk {
        // The first is the usual one.
        var providers: [any PaymentProvider] = []
        if let configuration = try PaymentOptions.service(
            .stripeKey, webhooks: .stripeWebhooks, address: "SCRIP_STRIPE_ADDRESS", usual: StripeClient.address)
        {
            providers.append(StripeProvider(client: StripeClient(configuration: configuration, logger: logger)))
        }
        if let configuration = try PaymentOptions.service(
            .polarToken, webhooks: .polarWebhooks, address: "SCRIP_POLAR_ADDRESS", usual: PolarClient.address)
        {
            providers.append(PolarProvider(client: PolarClient(configuration: configuration, logger: logger)))
        }
        if let testAddress { providers.append(TestProvider(address: testAddress)) }
        providers.append(ManualProvider())
        let usual = PaymentSettings()
        let settings = PaymentSettings(
            policy: takeBack, successURL: purchaseSuccessURL ?? publicURL ?? usual.successURL,
            cancelURL: purchaseCancelURL ?? publicURL ?? usual.cancelURL, graceDays: graceDays)
        return PaymentDesk(engine: engine, providers: providers, settings: settings, logger: logger)
    }

    /// How to reach a payment service, from the environment; `nil` if it is not used.
    /// - Parameters:
    ///   - address: the variable that may name a different address.
    private static func service(
        _ secret: StatedSecret, webhooks: StatedSecret, address: String, usual: String
    ) throws -> ServiceConfiguration? {
        let environment = ProcessInfo.processInfo.environment
        guard let key = try secret.text(in: environment) else { return nil }
        let stated = environment[address] ?? ""
        return ServiceConfiguration(
            secret: key, webhookSecrets: try webhooks.texts(in: environment), address: stated.isEmpty ? usual : stated)
    }
}
