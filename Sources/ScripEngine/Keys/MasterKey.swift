import Crypto
import Foundation
import ScripCore

/// A key that other secrets are encrypted with before the database sees them. It is kept apart from the database.
public struct MasterKey: Sendable, HidingSecrets {
    /// What it is known by; says nothing of the key.
    public let id: String
    private let bytes: [UInt8]

    /// A key from its text: 64 hexadecimal digits, or 32 bytes in base64.
    /// - Throws: ``MasterKeyProblem/malformed``.
    public init(_ text: String) throws(MasterKeyProblem) {
        guard let bytes = MasterKey.hexadecimal(text) ?? Data(base64Encoded: text).map({ [UInt8]($0) }),
            bytes.count == 32
        else { throw .malformed }
        self.bytes = bytes
        id = "mk_" + Digest(of: Array("scrip master key".utf8) + bytes).description.prefix(12)
    }

    private static func hexadecimal(_ text: String) -> [UInt8]? {
        let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: 64, by: 2) {
            guard let high = digits[start], let low = digits[start + 1] else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        return bytes
    }

    /// Encrypts bytes (AES-256-GCM) so that they can only be read again along with the same context.
    func seal(_ secret: [UInt8], context: String) throws -> [UInt8] {
        let box = try AES.GCM.seal(
            Data(secret), using: SymmetricKey(data: bytes), authenticating: Data(context.utf8))
        guard let combined = box.combined else { throw MasterKeyProblem.unreadable(name: context, masterKey: id) }
        return [UInt8](combined)
    }

    /// - Returns: `nil` when these bytes were not encrypted with this key and context, or were changed.
    func open(_ sealed: [UInt8], context: String) -> [UInt8]? {
        guard let box = try? AES.GCM.SealedBox(combined: Data(sealed)) else { return nil }
        let opened = try? AES.GCM.open(box, using: SymmetricKey(data: bytes), authenticating: Data(context.utf8))
        return opened.map { [UInt8]($0) }
    }
}

/// Why master keys are of no use.
public enum MasterKeyProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// A text is no master key.
    case malformed
    /// A secret was encrypted with a master key that is not there.
    case missing(name: String, masterKey: String, given: [String])
    /// A secret was changed after it was encrypted.
    case unreadable(name: String, masterKey: String)
    /// Something needs a master key and none is configured.
    case notConfigured

    /// A sentence for people.
    public var description: String {
        switch self {
        case .malformed:
            "A master key is 64 hexadecimal digits, or 32 bytes in base64; make one with: openssl rand -hex 32"
        case .missing(let name, let masterKey, let given):
            "The signing key \(name) is encrypted with the master key \(masterKey), which is not there"
                + (given.isEmpty ? " (none is configured)" : " (only \(given.joined(separator: ", ")))")
                + ". Name it with --master-key-file, $SCRIP_MASTER_KEY or $SCRIP_MASTER_KEY_FILE; if it is lost, "
                + "end the key with: scrip key signing retire \(name)"
        case .unreadable(let name, let masterKey):
            "The signing key \(name) was changed after it was encrypted with \(masterKey); end it with: "
                + "scrip key signing retire \(name)"
        case .notConfigured:
            "No master key is configured: --master-key-file, $SCRIP_MASTER_KEY or $SCRIP_MASTER_KEY_FILE."
        }
    }
}

/// The master key in use, and those it took the place of, with which older secrets may still be encrypted.
public struct MasterKeys: Sendable {
    private let all: [MasterKey]

    /// - Parameter keys: the one in use first; none when secrets are kept as they are.
    public init(_ keys: [MasterKey] = []) {
        all = keys
    }

    /// The name of the key that new secrets are encrypted with.
    public var currentID: String? { all.first?.id }

    /// A signing key as it is to be kept.
    func sealed(_ key: SigningKey) throws -> StoredSigningKey {
        guard let master = all.first else {
            return StoredSigningKey(
                id: key.id, secret: key.secret, masterKey: nil, createdAt: key.createdAt, endsAt: key.endsAt)
        }
        return StoredSigningKey(
            id: key.id, secret: try master.seal(key.secret, context: MasterKeys.context(key.id, key.createdAt)),
            masterKey: master.id, createdAt: key.createdAt, endsAt: key.endsAt)
    }

    /// A signing key from what is kept of it.
    /// - Throws: ``MasterKeyProblem``.
    func opened(_ key: StoredSigningKey) throws(MasterKeyProblem) -> SigningKey {
        guard let name = key.masterKey else {
            return SigningKey(id: key.id, secret: key.secret, createdAt: key.createdAt, endsAt: key.endsAt)
        }
        guard let master = all.first(where: { $0.id == name }) else {
            throw .missing(name: key.id, masterKey: name, given: all.map(\.id))
        }
        let context = MasterKeys.context(key.id, key.createdAt)
        guard let secret = master.open(key.secret, context: context) else {
            throw .unreadable(name: key.id, masterKey: name)
        }
        return SigningKey(id: key.id, secret: secret, createdAt: key.createdAt, endsAt: key.endsAt)
    }

    /// What an encrypted secret belongs to, so that it cannot take another's place.
    private static func context(_ id: String, _ createdAt: Timestamp) -> String {
        "scrip signing key \(id) \(createdAt.microseconds)"
    }
}
