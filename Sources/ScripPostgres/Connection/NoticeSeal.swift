import Crypto
import Foundation

/// Encrypts what instances tell each other, as every role of a database may listen.
struct NoticeSeal: Sendable {
    private let key: SymmetricKey

    /// - Parameter secret: 32 bytes that only who may read Scrip's tables can know.
    init(secret: [UInt8]) {
        key = SymmetricKey(data: secret)
    }

    /// Reads the secret of a database.
    init(of connection: Connection) throws {
        let rows = try connection.run([Statement("SELECT secret FROM scrip.notice_key")])
        self.init(secret: rows[0].indices.isEmpty ? [] : rows[0].bytes(0, 0))
    }

    /// A text of letters, digits and a few signs; `nil` when it could not be made, and nothing is told.
    func seal(_ text: String) -> String? {
        guard let box = try? AES.GCM.seal(Data(text.utf8), using: key) else { return nil }
        return box.combined?.base64EncodedString()
    }

    /// What was encrypted; `nil` for what somebody else sent.
    func open(_ text: String) -> String? {
        guard let data = Data(base64Encoded: text), let box = try? AES.GCM.SealedBox(combined: data),
            let opened = try? AES.GCM.open(box, using: key)
        else { return nil }
        return String(decoding: opened, as: UTF8.self)
    }
}
