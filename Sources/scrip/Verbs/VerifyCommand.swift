import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripServer

/// `scrip verify`: recomputes everything from the journals.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Recompute every account from its journal and report any difference.",
        discussion: """
            Each line carries the digest of the line before it, so an edited, removed or reordered line is found and
            named with its account. Exits with 0 when everything agrees and with 1 when something does not.
            """
    )
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let isClean = try await database.withEngine { engine in
            let verification = try await engine.verify { soFar in
                if soFar.accountCount % 100 == 0 {
                    Console.progress("\(soFar.accountCount) accounts, \(soFar.entryCount) lines")
                }
            }
            Console.progress("")
            if output.json {
                Console.print(JSONWriter.document { $0.verificationMembers(verification) })
            } else {
                for difference in verification.differences {
                    let line = difference.seq.map { " line \($0)" } ?? ""
                    Console.print("account \(difference.account)\(line): \(difference.description)")
                }
                let result = verification.isClean ? "all agree" : "\(verification.differences.count) differences"
                Console.print(
                    "\(verification.accountCount) accounts, \(verification.entryCount) lines: \(result).")
            }
            return verification.isClean
        }
        if !isClean { throw ExitCode(Failure.refused) }
    }
}

extension JSONWriter {
    fileprivate mutating func verificationMembers(_ verification: Verification) {
        member("clean", verification.isClean)
        member("accounts", verification.accountCount)
        member("entries", verification.entryCount)
        name("differences")
        array { writer in
            for difference in verification.differences {
                writer.object { writer in
                    writer.member("account", difference.account.rawValue)
                    writer.name("line")
                    if let seq = difference.seq { writer.integer(seq) } else { writer.null() }
                    writer.member("description", difference.description)
                }
            }
        }
    }
}
