import ArgumentParser
import Logging
import ScripCore
import ScripEngine
import ScripWire

extension AccountID: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension CreditTypeID: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension PlanID: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension ActionID: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension IdempotencyKey: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension Credits: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension Quantity: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension Dollars: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension Timestamp: ExpressibleByArgument {
    public init?(argument: String) { self.init(reading: argument) }
}

extension TimeZoneRules: ExpressibleByArgument {
    public init?(argument: String) { self.init(id: argument) }
}

extension GrantSource: ExpressibleByArgument {}
extension EntryKind: ExpressibleByArgument {}
extension AccountSettings.Kind: ExpressibleByArgument {}
extension AccountSettings.Enforcement: ExpressibleByArgument {}
extension SubscriptionOrder.When: ExpressibleByArgument {}
extension Subscription.Anchor: ExpressibleByArgument {}
extension Scope: ExpressibleByArgument {}
extension AuditAction: ExpressibleByArgument {}
extension AuditExport.Format: ExpressibleByArgument {}
extension PurchaseStatus: ExpressibleByArgument {}
extension TakeBackPolicy: ExpressibleByArgument {}
extension CatalogTemplate: ExpressibleByArgument {}
extension KeyMode: ExpressibleByArgument {}
extension Logger.Level: @retroactive ExpressibleByArgument {}

extension KeyKind: ExpressibleByArgument {
    public init?(argument: String) {
        guard let kind = KeyKind.allCases.first(where: { $0.name == argument }) else { return nil }
        self = kind
    }

    public static var allValueStrings: [String] { KeyKind.allCases.map(\.name) }
}

/// `NAME=VALUE` on the command line.
struct Pair: ExpressibleByArgument {
    var name: String
    var value: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        (name, value) = (String(parts[0]), String(parts[1]))
    }
}

extension [Pair] {
    /// The pairs as counts by their names; of two with one name the last one.
    /// - Throws: `ValidationError` naming the pair that counts nothing.
    func counts() throws -> [String: Quantity] {
        var counts: [String: Quantity] = [:]
        for pair in self {
            guard let count = Quantity(pair.value) else {
                throw ValidationError(
                    "'\(pair.name)=\(pair.value)' must be a number, 0 or more, with at most 9 digits after the point.")
            }
            counts[pair.name] = count
        }
        return counts
    }

    /// The pairs as one text, the same for the same pairs.
    var canonicalText: String { map { "\($0.name)=\($0.value)" }.sorted().joined(separator: "&") }
}
