import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

extension CatalogCommand {
    /// `scrip catalog what-if`: a past period at the prices of a draft catalog.
    struct WhatIf: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "what-if",
            abstract: "Simulate a past period under a draft catalog and report who would have paid what.",
            discussion: """
                Nothing is written. Charges are rated again, the draft's allowances apply from the period's start,
                and everything else happens as it did. docs/what-if.md has the details.

                  scrip catalog what-if draft.yaml --from 2026-03-01 --to 2026-03-31
                """
        )
        @Argument(help: "The draft in YAML; - for standard input.") var draft: String
        @Option(help: "The first moment. Default: the start of the current month (UTC).") var from: Timestamp?
        @Option(help: "The end, or the last day. Default: now.") var to: RangeEnd?
        @Option(help: "Only this account.") var account: AccountID?
        @Option(help: "The most rows in each list, from 1 to 1000.") var limit = 50
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        mutating func validate() throws {
            if !(1...WhatIfQuery.maxRows).contains(limit) {
                throw ValidationError("--limit must be from 1 to \(WhatIfQuery.maxRows).")
            }
        }

        func run() async throws {
            let document = try InputFile.text(of: draft)
            try await database.withEngine { engine in
                let report = try await engine.whatIf(
                    document: document, WhatIfQuery(from: from, to: to?.moment, account: account, limit: limit)
                ) { soFar in
                    Console.progress("\(soFar.accountCount.counted("account")), \(soFar.lineCount.counted("line"))")
                }
                Console.progress("")
                if output.json { return Console.print(JSONWriter.document { $0.whatIf(report) }) }
                for text in WhatIf.tables(of: report) { Console.print(text) }
            }
        }

        private static func tables(of report: WhatIfReport) -> [String] {
            var texts = [
                "\(report.accountCount.counted("account")) and \(report.lineCount.counted("line")) "
                    + "from \(report.from.shortText) to \(report.to.shortText)"
            ]
            texts += table("TOTAL", report.totals) { _ in "all" }
            texts += table("ACTION", report.byAction) { $0.name ?? "-" }
            texts += table("MODEL", report.byModel) { key in
                [key.detail, key.name].compactMap { $0 }.joined(separator: "/")
            }
            texts += table("ACCOUNT", report.accounts.filter { $0.sums.change != 0 }) { $0.name ?? "-" }
            texts += table("WOULD RUN OUT", report.wouldRunOut, of: report.wouldRunOutCount)
            texts += table("WOULD NO LONGER RUN OUT", report.wouldNoLongerRunOut, of: report.wouldNoLongerRunOutCount)
            if !report.fixed.isEmpty {
                var table = Table(.text("AMOUNTS SET OUTRIGHT"), .number("COUNT"), .number("CHARGED"))
                for row in report.fixed {
                    table.add(row.key.creditType.rawValue, String(row.sums.count), row.sums.chargedText)
                }
                texts.append("\n" + table.text)
            }
            if !report.notRated.isEmpty {
                var table = Table(.text("NOT RATED"), .text("CREDITS"), .number("COUNT"), .number("CHARGED"))
                for row in report.notRated {
                    let reason = row.key.detail ?? row.key.name ?? "-"
                    table.add(reason, row.key.creditType.rawValue, String(row.sums.count), row.sums.chargedText)
                }
                texts.append("\n" + table.text)
            }
            return texts
        }

        private static func table(
            _ title: String, _ rows: [WhatIfRow], _ name: (WhatIfKey) -> String
        ) -> [String] {
            if rows.isEmpty { return [] }
            var table = Table(
                .text(title), .text("CREDITS"), .number("COUNT"), .number("CHARGED"), .number("WOULD CHARGE"),
                .number("CHANGE"))
            for row in rows {
                let sums = row.sums
                table.add(
                    name(row.key), row.key.creditType.rawValue, String(sums.count), sums.chargedText,
                    sums.wouldChargeText, (sums.change > 0 ? "+" : "") + sums.changeText)
            }
            return ["\n" + table.text]
        }

        private static func table(_ title: String, _ runOuts: [WhatIfRunOut], of count: Int64) -> [String] {
            if runOuts.isEmpty { return [] }
            var table = Table(.text(title), .text("CREDITS"), .text("AT"), .text("ENTRY"))
            for runOut in runOuts {
                let entry = EntryID(seq: runOut.place.seq).text(in: AccountTag(runOut.account))
                table.add(runOut.account.rawValue, runOut.creditType.rawValue, runOut.place.at.shortText, entry)
            }
            let more = count - Int64(runOuts.count)
            return ["\n" + table.text] + (more > 0 ? ["and \(more) more"] : [])
        }
    }
}
