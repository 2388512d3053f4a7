/// What a key may do, as a place in a lattice. A manager of keys can manage keys at its own place and below.
///
/// Three things are compared, and all must hold: the mode is the same, the kind is not higher (publishable, restricted,
/// secret), and the scopes are among the own ones. Whoever sits at the machine, on the command line, reaches every key.
public struct KeyPowers: Sendable, Hashable {
    /// What the key is for.
    public var kind: KeyKind
    /// Which world it belongs to.
    public var mode: KeyMode
    /// What it may do, in the words of ``Scope``, or in those of a newer version.
    public var scopes: Set<String>

    /// Powers.
    public init(kind: KeyKind, mode: KeyMode, scopes: Set<String>) {
        self.kind = kind
        self.mode = mode
        self.scopes = kind == .publishable ? [] : scopes
    }

    /// The powers of a key.
    public init(_ key: StoredKey) {
        self.init(kind: key.kind, mode: key.mode, scopes: Set(key.scopes))
    }

    /// Whether the key may manage keys at all.
    public var managesKeys: Bool {
        kind != .publishable && !scopes.isDisjoint(with: [Scope.all.rawValue, Scope.keysAdmin.rawValue])
    }

    /// Whether the other's powers are no more than these.
    public func covers(_ other: KeyPowers) -> Bool {
        mode == other.mode && rank(other.kind) <= rank(kind) && excess(of: other).isEmpty
    }

    /// Which scopes the other has beyond these, in order.
    public func excess(of other: KeyPowers) -> [String] {
        scopes.contains(Scope.all.rawValue) ? [] : other.scopes.subtracting(scopes).sorted()
    }

    private func rank(_ kind: KeyKind) -> Int {
        switch kind {
        case .publishable: 0
        case .restricted: 1
        case .secret: 2
        }
    }
}

/// What can be done to a key by another.
public enum KeyDeed: String, Sendable, Hashable, CaseIterable {
    /// See that it is there, what it may do and when it was used; never its secret.
    case list
    /// Make it.
    case create
    /// Give it a successor with the same powers.
    case rotate
    /// End it.
    case revoke
}

/// Who manages keys.
public enum KeyManager: Sendable, Hashable {
    /// Whoever sits at the machine, and could write to the database as well.
    case commandLine
    /// The holder of a key.
    case key(KeyPowers)

    /// Whether a key is visible. Managers of keys see all keys of their own mode.
    public func sees(_ other: KeyPowers) -> Bool { refusal(of: .list, to: other) == nil }

    /// Why a deed is not allowed; `nil` when it is.
    public func refusal(of deed: KeyDeed, to other: KeyPowers) -> KeyChangeRefusal? {
        guard case .key(let own) = self else { return nil }
        if !own.managesKeys { return .beyondPowers(scope: Scope.keysAdmin.rawValue) }
        if own.mode != other.mode { return .otherMode }
        if deed == .list || own.covers(other) { return nil }
        // The kind alone may be higher, without any missing scope.
        return .beyondPowers(scope: own.excess(of: other).first)
    }
}

/// Why a key is not made, rotated or revoked.
public enum KeyChangeRefusal: Error, Sendable, Hashable {
    /// It may do more than the key that asks: it has a scope beyond, or is of a higher kind.
    case beyondPowers(scope: String?)
    /// It belongs to the other world.
    case otherMode
    /// It has a successor already.
    case alreadyRotated(successor: String)
    /// Without it, nobody could manage keys over the API.
    case lastManager
}
