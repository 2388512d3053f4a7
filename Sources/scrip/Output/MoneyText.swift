import ScripCore

/// Money for people, with as many digits as its currency has: `$9.00`, `¥900`, `9.000 KWD`.
enum MoneyText {
    private static let symbols = ["usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"]
    /// Currencies without a minor unit, and those with a thousandth (ISO 4217).
    private static let whole: Set<String> = [
        "bif", "clp", "djf", "gnf", "isk", "jpy", "kmf", "krw", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf",
    ]
    private static let thousandths: Set<String> = ["bhd", "iqd", "jod", "kwd", "lyd", "omr", "tnd"]

    /// An amount in minor units, such as cents; without a currency it says only that.
    static func of(_ minorUnits: Int64, _ currency: String?) -> String {
        guard let currency = currency?.lowercased() else { return "\(minorUnits) minor units" }
        let places = whole.contains(currency) ? 0 : thousandths.contains(currency) ? 3 : 2
        var digits = String(minorUnits.magnitude)
        if digits.count <= places { digits = String(repeating: "0", count: places + 1 - digits.count) + digits }
        let point = digits.index(digits.endIndex, offsetBy: -places)
        let amount = places == 0 ? digits : "\(digits[..<point]).\(digits[point...])"
        let sign = minorUnits < 0 ? "-" : ""
        return symbols[currency].map { sign + $0 + amount } ?? "\(sign)\(amount) \(currency.uppercased())"
    }
}

extension Price {
    /// The price for people.
    var shortText: String { MoneyText.of(minorUnits, currency) }
}
