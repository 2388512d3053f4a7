/// A secret that never shows its value, neither in its description nor in a dump of the value that contains it.
///
/// Values that are printed as a part of others, as loggers and frameworks do, give away all their members otherwise.
public struct Redacted<Value: Sendable>: Sendable, HidingSecrets {
    /// The secret itself.
    public let revealed: Value

    /// Wraps a secret.
    public init(_ value: Value) {
        revealed = value
    }

    /// A placeholder instead of the secret.
    public var description: String { "…" }
}

/// What holds secrets, and is shown by its name alone wherever it is printed, also as a part of something else.
public protocol HidingSecrets: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {}

extension HidingSecrets {
    /// The type's name, and nothing of what it holds.
    public var description: String { "\(Self.self)(…)" }
    /// The same.
    public var debugDescription: String { description }
    /// No members.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
