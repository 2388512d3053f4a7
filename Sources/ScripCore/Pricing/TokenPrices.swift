/// Prices by token class, in dollars per million tokens; a class without one costs what its base class costs.
public struct TokenPrices: Hashable, Sendable {
    /// Of text sent to the model.
    public var input: Dollars?
    /// Of text that the model produced.
    public var output: Dollars?
    /// Of what is read from the provider's cache.
    public var cacheRead: Dollars?
    /// Of what is written to the provider's cache for five minutes.
    public var cacheWrite5m: Dollars?
    /// Of what is written to the provider's cache for an hour.
    public var cacheWrite1h: Dollars?
    /// Of what is produced while thinking.
    public var reasoning: Dollars?
    /// Of sound sent to the model.
    public var audioInput: Dollars?
    /// Of sound that the model produced.
    public var audioOutput: Dollars?
    /// Of images sent to the model.
    public var imageInput: Dollars?
    /// Of images that the model produced.
    public var imageOutput: Dollars?

    /// How many digits after the point a price per million may have, so that a price times any count is exact.
    public static let fractionDigits = 12
    /// The highest price per million accepted: one million dollars.
    public static let highest = Dollars(attodollars: 1_000_000_000_000_000_000_000_000)

    /// No prices, or those of the two base classes.
    public init(input: Dollars? = nil, output: Dollars? = nil) {
        self.input = input
        self.output = output
    }

    /// The stated price of a class, without falling back.
    public subscript(tokenClass: TokenClass) -> Dollars? {
        get {
            switch tokenClass {
            case .input: input
            case .output: output
            case .cacheRead: cacheRead
            case .cacheWrite5m: cacheWrite5m
            case .cacheWrite1h: cacheWrite1h
            case .reasoning: reasoning
            case .audioInput: audioInput
            case .audioOutput: audioOutput
            case .imageInput: imageInput
            case .imageOutput: imageOutput
            }
        }
        set {
            switch tokenClass {
            case .input: input = newValue
            case .output: output = newValue
            case .cacheRead: cacheRead = newValue
            case .cacheWrite5m: cacheWrite5m = newValue
            case .cacheWrite1h: cacheWrite1h = newValue
            case .reasoning: reasoning = newValue
            case .audioInput: audioInput = newValue
            case .audioOutput: audioOutput = newValue
            case .imageInput: imageInput = newValue
            case .imageOutput: imageOutput = newValue
            }
        }
    }

    /// Whether no class has a price.
    public var isEmpty: Bool { !TokenClass.allCases.contains { self[$0] != nil } }

    /// The price of a class: its own, else that of its base class; `nil` when neither has one.
    public func price(of tokenClass: TokenClass) -> Dollars? {
        if let own = self[tokenClass] { return own }
        return tokenClass.base.flatMap { price(of: $0) }
    }
}
