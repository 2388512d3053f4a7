import Foundation

/// A certificate authority of the tests' own, made with the program `openssl`, whose certificates are good for two days.
public struct CertificateAuthority: Sendable {
    /// A certificate with its private key, both as PEM.
    public struct Identity: Sendable {
        /// The certificate.
        public var certificate: String
        /// The private key.
        public var key: String
    }

    /// The file with the authority's own certificate.
    public let certificatePath: String
    private let folder: String

    /// Makes an authority.
    /// - Parameter folder: where its files are kept; it exists.
    public init(in folder: String) throws {
        self.folder = "\(folder)/authority-\(UUID().uuidString.prefix(8))"
        certificatePath = "\(self.folder)/ca.pem"
        try FileManager.default.createDirectory(atPath: self.folder, withIntermediateDirectories: true)
        try run(["req", "-x509", "-days", "2", "-subj", "/CN=Test authority", "-out", "ca.pem"] + keyOptions("ca.key"))
    }

    /// Makes a certificate.
    /// - Parameters:
    ///   - name: the common name.
    ///   - host: the name of the host that it is for, if it is a server's.
    public func issue(_ name: String, host: String? = nil) throws -> Identity {
        let extensions = host.map { ["-addext", "subjectAltName=DNS:\($0)"] } ?? []
        try run(["req", "-subj", "/CN=\(name)", "-out", "\(name).csr"] + extensions + keyOptions("\(name).key"))
        try run([
            "x509", "-req", "-days", "2", "-in", "\(name).csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
            "-copy_extensions", "copyall", "-out", "\(name).pem",
        ])
        return Identity(certificate: try text("\(name).pem"), key: try text("\(name).key"))
    }

    private func keyOptions(_ name: String) -> [String] {
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", name]
    }

    private func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")), as: UTF8.self)
    }

    private func run(_ arguments: [String]) throws {
        let (status, words) = try ChildProcess.run("openssl", arguments, folder: folder)
        if status != 0 {
            throw PostgresCluster.Problem(description: "openssl \(arguments.joined(separator: " ")): \(words)")
        }
    }
}
