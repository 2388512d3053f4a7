import Foundation
import ScripJSON

/// The content of a file, or of standard input, which is written `-` on the command line.
enum InputFile {
    /// The bytes.
    /// - Parameter maxBytes: the most bytes that are read.
    static func bytes(of file: String, maxBytes: Int = .max) throws -> [UInt8] {
        let handle = file == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: file)
        guard let data = try? maxBytes == .max ? handle?.readToEnd() ?? Data() : handle?.read(upToCount: maxBytes),
            handle != nil
        else { throw Failure.Problem.unreachable("The file '\(file)' cannot be read.") }
        return [UInt8](data)
    }

    /// The text.
    static func text(of file: String) throws -> String { String(decoding: try bytes(of: file), as: UTF8.self) }

    /// The JSON value.
    static func json(of file: String) throws -> JSONValue {
        let bytes = try bytes(of: file)
        do {
            return try JSONValue.parse(bytes)
        } catch {
            throw Failure.Problem.usage("The file '\(file)' is not JSON: \(error)")
        }
    }
}
