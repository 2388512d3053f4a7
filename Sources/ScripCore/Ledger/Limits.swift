/// How large things may grow. Each limit has its own error.
public enum Limits {
    /// Times one charge may be multiplied.
    public static let quantity: Int64 = 1_000_000_000
    /// Units of one dimension in one usage.
    public static let count: Int64 = 1_000_000_000_000
    /// Dimensions in one usage.
    public static let dimensions = 32
    /// Calls of other models within one usage.
    public static let otherCalls = 64
    /// Bytes of a dimension's name.
    public static let dimensionNameBytes = 64
    /// Open grants of one account.
    public static let openGrants = 1_000
    /// Open holds of one account.
    public static let openHolds = 1_000
    /// Bytes of metadata as compact JSON.
    public static let metadataBytes = 4_096
    /// Levels of nesting in metadata.
    public static let metadataDepth = 8
    /// Bytes of a description or a reason.
    public static let textBytes = 1_024
    /// Bytes of a user, a model, a provider, a resource type or id, or a trace id.
    public static let nameBytes = 255
    /// Seconds a hold lasts unless it says otherwise.
    public static let defaultHoldSeconds: Int64 = 900
    /// Seconds a hold may last from now.
    public static let longestHoldSeconds: Int64 = 604_800
    /// Priorities run from 0 to this.
    public static let priority: Int32 = 1_000_000
    /// How far ahead of the clock an event may claim to have happened, in seconds.
    public static let futureSeconds: Int64 = 300
    /// How far ahead of the clock a balance may be asked for, in seconds: 3,660 days.
    public static let foresightSeconds: Int64 = 316_224_000

    /// How many future events of an account are followed to answer one question.
    public static let foreseenEvents = 20_000

    /// Checks an amount to be moved: not negative and within ``Credits/largestMovement``.
    /// - Throws: ``Rejection/invalid`` or ``Rejection/amountOutOfRange``.
    public static func requireMovement(_ amount: Credits, field: String) throws(Rejection) {
        if amount.isNegative { throw .invalid(field: field, rule: "must not be negative") }
        if amount > Credits.largestMovement { throw .amountOutOfRange(field: field) }
    }

    /// Checks an amount that must be more than nothing.
    /// - Throws: ``Rejection/invalid`` or ``Rejection/amountOutOfRange``.
    public static func requirePositiveMovement(_ amount: Credits, field: String) throws(Rejection) {
        if !amount.isPositive { throw .invalid(field: field, rule: "must be more than 0") }
        try requireMovement(amount, field: field)
    }

    /// Checks how long a hold is to last.
    /// - Throws: ``Rejection/invalid``.
    static func requireHoldLength(_ seconds: Int64) throws(Rejection) {
        if seconds < 1 || seconds > longestHoldSeconds {
            throw .invalid(field: "expires_in_seconds", rule: "must be from 1 to \(longestHoldSeconds)")
        }
    }

    /// Checks the length of a text.
    /// - Throws: ``Rejection/tooLong``.
    public static func requireLength(_ text: String?, field: String, bytes: Int) throws(Rejection) {
        if let text, text.utf8.count > bytes { throw .tooLong(field: field, bytes: bytes) }
    }

    /// Checks every text, count and list of a usage.
    /// - Throws: a ``Rejection`` that names the field.
    public static func require(_ usage: Usage) throws(Rejection) {
        try requireLength(usage.user, field: "user", bytes: nameBytes)
        try requireLength(usage.model, field: "model", bytes: nameBytes)
        try requireLength(usage.provider, field: "provider", bytes: nameBytes)
        try requireLength(usage.resource?.type, field: "resource.type", bytes: nameBytes)
        try requireLength(usage.resource?.id, field: "resource.id", bytes: nameBytes)
        try requireLength(usage.traceID, field: "trace_id", bytes: nameBytes)
        try requireLength(usage.description, field: "description", bytes: textBytes)
        if let metadata = usage.metadata, metadata.utf8.count > metadataBytes { throw .metadataTooLarge }
        try requireLength(usage.serviceTier, field: "service_tier", bytes: nameBytes)
        try requireLength(usage.geography, field: "geography", bytes: nameBytes)
        try requireLength(usage.speed, field: "speed", bytes: nameBytes)
        try requireDimensions(usage.counts, field: "usage")
        if usage.otherCalls.count > otherCalls {
            throw .invalid(field: "other_calls", rule: "may have at most \(otherCalls) elements")
        }
        for (index, call) in usage.otherCalls.enumerated() {
            try requireLength(call.provider, field: "other_calls.\(index).provider", bytes: nameBytes)
            try requireLength(call.model, field: "other_calls.\(index).model", bytes: nameBytes)
            try requireDimensions(call.counts, field: "other_calls.\(index).usage")
        }
    }

    private static func requireDimensions(_ counts: [String: Quantity], field: String)
        throws(Rejection)
    {
        if counts.count > dimensions {
            throw .invalid(field: field, rule: "may name at most \(dimensions) dimensions")
        }
        for name in counts.keys { try requireLength(name, field: field, bytes: dimensionNameBytes) }
    }
}
