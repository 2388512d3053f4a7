extension Credits: CustomStringConvertible {
    /// How many digits may stand after the point.
    public static let fractionDigits = 9

    /// Reads a decimal string: an optional `-`, digits, and at most nine digits after a point.
    ///
    /// A power of ten may follow, as in `5e-7`; there are no plus signs, no spaces and no bare points. Returns `nil` for
    /// anything else, and for amounts that do not fit.
    public init?(_ text: some StringProtocol) {
        guard let units = FixedPoint.parse(text, fractionDigits: Credits.fractionDigits),
            let nanocredits = Int64(exactly: units)
        else { return nil }
        self.init(nanocredits: nanocredits)
    }

    /// The shortest decimal string for this amount, such as `0.0005`, `-3` or `12.5`.
    public var description: String {
        FixedPoint.print(Int128(nanocredits), fractionDigits: Credits.fractionDigits)
    }
}

extension Credits {
    /// The amount with its type, for people: `1 credit`, `2 credits`, `1 goal_generation`.
    public func text(of creditType: CreditTypeID) -> String {
        let isOne = description == "1" || description == "-1"
        let name = isOne && creditType.rawValue == "credits" ? "credit" : creditType.rawValue
        return "\(self) \(name)"
    }
}
