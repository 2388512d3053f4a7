import ArgumentParser

/// Which model was called, and how.
struct ModelOptions: ParsableArguments {
    @Option(help: "The model that was called.") var model: String?
    @Option(help: "The provider that runs the model, such as anthropic or bedrock.") var provider: String?
    @Option(help: "The service tier that the provider used, such as batch, priority or flex.") var serviceTier: String?
    @Option(help: "Where the provider ran the model, such as us.") var geography: String?
    @Option(help: "How fast the provider ran the model, such as fast.") var speed: String?
}
