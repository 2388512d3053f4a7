/// How an exact quotient becomes a whole number of nanocredits, once per charge.
public enum Rounding: String, Hashable, Sendable, CaseIterable {
    /// To the nearest; a tie to the even neighbour. The default.
    case halfEven = "half_even"
    /// Always up, so that a charge is never below its exact cost.
    case up

    /// Divides and rounds. The denominator must be positive.
    public func divide(_ numerator: Int128, by denominator: Int128) -> Int128 {
        var (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        if remainder < 0 {
            quotient -= 1
            remainder += denominator
        }
        guard remainder > 0 else { return quotient }
        switch self {
        case .up:
            return quotient + 1
        case .halfEven:
            let rest = denominator - remainder
            if remainder == rest { return quotient % 2 == 0 ? quotient : quotient + 1 }
            return remainder > rest ? quotient + 1 : quotient
        }
    }
}
