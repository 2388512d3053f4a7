import Crypto
import Foundation

/// The code (HMAC-SHA256) by which whoever shares a key shows that a message is theirs.
///
/// Every such code is made and compared here and nowhere else. It is no `Equatable`: codes are compared in a time that says
/// nothing of where they differ.
public struct MessageCode: Sendable, HidingSecrets {
    private let code: HMAC<SHA256>.MAC

    /// The code of a message under a key.
    public init(of message: [UInt8], key: [UInt8]) {
        code = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key))
    }

    /// The code itself, to be sent along with the message.
    public var bytes: [UInt8] { Array(code) }

    /// Whether it is the code that somebody presents. Takes as long for each that is as long.
    public func matches(_ presented: [UInt8]) -> Bool {
        // Between a code and bytes this is Swift Crypto's comparison in constant time.
        code == presented
    }
}
