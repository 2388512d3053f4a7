import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// `scrip verify`: recomputes everything from the journals, and reports differences.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Recompute every account from its journal, check all other records, and report any difference.",
        discussion: """
            Each entry carries the digest of the one before it. So any edited, removed or reordered entry is found and
            named with its account. Audit records are chained in the same way. Prices, keys, purchases and others are
            compared with digests that were stored when they were written, purchases with the journals, and indexes
            and columns with the data they are made from. The database checks itself, too. The exit code is 0 if all
            agrees, and 1 if something differs. docs/verify.md says what to do then.
            """
    )
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let isClean = try await database.withEngine { engine in
            let verification = try await engine.verify { soFar in
                if soFar.accountCount % 100 == 0 || soFar.recordCount > 0 {
                    Console.progress(
                        "\(soFar.accountCount.counted("account")), \(soFar.entryCount.counted("line")), "
                            + soFar.recordCount.counted("record"))
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
                for difference in verification.audit.differences { Console.print(difference.sentence) }
                for finding in verification.findings { Console.print(finding.sentence) }
                let count =
                    verification.differences.count + verification.audit.differences.count
                    + verification.findings.count
                let result = verification.isClean ? "all agree" : count.counted("difference")
                Console.print(
                    "\(verification.accountCount.counted("account")), \(verification.entryCount.counted("line")), "
                        + "\(verification.audit.recordCount.counted("audit record")), "
                        + "\(verification.recordCount.counted("other record")): \(result).")
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
        member("audit") { $0.auditVerificationMembers(verification.audit) }
        member("records", verification.recordCount)
        member("findings", array: verification.findings) { writer, finding in
            writer.member("table", finding.table)
            writer.member("record", finding.record)
            writer.member("description", finding.description)
            writer.member("remedy", finding.remedy)
        }
    }

    /// Writes the result of recomputing the audit log.
    mutating func auditVerificationMembers(_ verification: AuditVerification) {
        member("clean", verification.isClean)
        member("chains", verification.chainCount)
        member("records", verification.recordCount)
        member("differences", array: verification.differences) { writer, difference in
            writer.member("account", difference.chain.account?.rawValue)
            writer.member("record", difference.seq)
            writer.member("description", difference.description)
        }
    }
}

extension Verification.Finding {
    /// A text for people: what is wrong, where, and what to do.
    fileprivate var sentence: String {
        let place = [table, record].compactMap(\.self).joined(separator: " ")
        return "\(place.isEmpty ? "database" : place): \(description); \(remedy)"
    }
}

extension AuditVerification.Difference {
    /// A text for people: what is wrong, and where.
    var sentence: String {
        let place = chain.account.map { "audit of account \($0)" } ?? "audit of the whole database"
        return "\(place)\(seq.map { " record \($0)" } ?? ""): \(description)"
    }
}
