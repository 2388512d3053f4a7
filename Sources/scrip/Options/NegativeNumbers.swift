/// Numbers below zero on the command line, which would otherwise be read as options.
enum NegativeNumbers {
    /// Options that take no value, so that what follows them stands alone.
    private static let flags: Set<String> = [
        "--json", "--track", "--all", "--refresh", "--dry-run", "--sample", "--demo", "--no-demo", "--shipped",
        "--check", "--open-accounts", "--metrics-public", "--no-prepare", "--no-listen", "--development", "--help",
        "-h",
    ]

    /// The same arguments, with each negative number placed so that it can only be a value: joined to the option before
    /// it, or moved after the last option. What follows `--` stays as it is.
    static func readable(_ arguments: [String]) -> [String] {
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        var readable: [String] = []
        var alone: [String] = []
        for argument in arguments[..<end] {
            if !isNegativeNumber(argument) {
                readable.append(argument)
            } else if let option = readable.last, option.hasPrefix("--"), !option.contains("="), !flags.contains(option)
            {
                readable[readable.count - 1] = option + "=" + argument
            } else {
                alone.append(argument)
            }
        }
        let rest = Array(arguments[end...].dropFirst())
        if end == arguments.endIndex && alone.isEmpty { return readable }
        return readable + ["--"] + alone + rest
    }

    private static func isNegativeNumber(_ text: String) -> Bool {
        // No option begins with a digit or a point; powers of ten such as -1e-1 are numbers, too.
        guard text.first == "-", let first = text.dropFirst().first, "0123456789.".contains(first),
            text.contains(where: \.isNumber)
        else { return false }
        return text.dropFirst().allSatisfy { "0123456789.eE+-".contains($0) }
    }
}
