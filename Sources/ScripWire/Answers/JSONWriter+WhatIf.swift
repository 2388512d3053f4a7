import ScripCore
import ScripJSON

extension JSONWriter {
    /// Writes the members of what a draft catalog would have changed.
    package mutating func whatIf(_ report: WhatIfReport) {
        member("from", report.from)
        member("to", report.to)
        member("account_count", report.accountCount)
        member("entry_count", report.lineCount)
        member("totals", array: report.totals) { $0.whatIfSums($1) }
        member("by_action", array: report.byAction) { writer, row in
            writer.member("action", row.key.name)
            writer.whatIfSums(row)
        }
        member("by_model", array: report.byModel) { writer, row in
            writer.member("provider", row.key.detail)
            writer.member("model", row.key.name)
            writer.whatIfSums(row)
        }
        member("accounts", array: report.accounts) { writer, row in
            writer.member("account", row.key.name)
            writer.whatIfSums(row)
        }
        member("amounts_set_outright", array: report.fixed) { writer, row in
            writer.member("credit_type", row.key.creditType.rawValue)
            writer.member("count", row.sums.count)
            writer.member("charged", row.sums.chargedText)
        }
        member("would_run_out_count", report.wouldRunOutCount)
        member("would_run_out", array: report.wouldRunOut) { $0.whatIfRunOut($1) }
        member("would_no_longer_run_out_count", report.wouldNoLongerRunOutCount)
        member("would_no_longer_run_out", array: report.wouldNoLongerRunOut) { $0.whatIfRunOut($1) }
        member("not_rated", array: report.notRated) { writer, row in
            writer.member("code", row.key.name)
            writer.member("detail", row.key.detail)
            writer.member("credit_type", row.key.creditType.rawValue)
            writer.member("count", row.sums.count)
            writer.member("charged", row.sums.chargedText)
        }
        member("next_after", report.nextAfter?.rawValue)
    }

    private mutating func whatIfSums(_ row: WhatIfRow) {
        member("credit_type", row.key.creditType.rawValue)
        member("count", row.sums.count)
        member("charged", row.sums.chargedText)
        member("would_charge", row.sums.wouldChargeText)
        member("change", row.sums.changeText)
    }

    private mutating func whatIfRunOut(_ runOut: WhatIfRunOut) {
        member("account", runOut.account.rawValue)
        member("credit_type", runOut.creditType.rawValue)
        member("entry", EntryID(seq: runOut.place.seq).text(in: AccountTag(runOut.account)))
        member("at", runOut.place.at)
    }
}

extension WhatIfSums {
    /// What was charged, as a decimal of credits.
    package var chargedText: String { WhatIfSums.text(charged) }
    /// What would have been charged, as a decimal of credits.
    package var wouldChargeText: String { WhatIfSums.text(wouldCharge) }
    /// The difference, as a decimal of credits.
    package var changeText: String { WhatIfSums.text(change) }

    private static func text(_ nanocredits: Int128) -> String { FixedPoint.print(nanocredits, fractionDigits: 9) }
}
