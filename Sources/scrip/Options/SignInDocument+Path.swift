import Foundation
import ScripIdentity
import ScripServer
import ScripWire

extension SignInDocument {
    /// Reads the file of `scrip serve --auth-config`.
    init(path: String) throws {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw Failure.Problem.usage("The file '\(path)' cannot be read.")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw Failure.Problem.usage("\(path): the file is not UTF-8")
        }
        do throws(SignInProblem) {
            try self.init(text)
        } catch {
            throw Failure.Problem.usage("\(path): \(error.description)")
        }
        if issuers.contains(where: { $0.secret != nil }) { SecretFile.warn(ofLoose: path) }
    }
}
