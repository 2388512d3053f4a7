import ArgumentParser
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

extension CatalogApplication {
    /// Says what changed, or would change, and from when.
    func print(isDryRun: Bool, isScheduled: Bool, _ output: OutputOptions) {
        if output.json {
            return Console.print(JSONWriter.document { $0.appliedCatalog(self, isDryRun: isDryRun) })
        }
        for line in diff.lines { Console.print(line) }
        for use in replaced { Console.print("\(use): replaced by '\(use.replacement ?? "")'.") }
        for change in allowances { Console.print(change.sentence) }
        if isUnchanged {
            Console.print("Version \(version) is the same; nothing changed.")
        } else if isScheduled {
            let moment = effectiveAt.shortText
            Console.print("Version \(version) \(isDryRun ? "would come" : "comes") into force at \(moment).")
        } else {
            Console.print("Version \(version) \(isDryRun ? "would be" : "is") in force.")
        }
    }
}

extension CatalogApplication {
    /// Runs a body. If it is refused because something is in use, the other changes are printed first.
    static func printing(
        _ output: OutputOptions, _ body: () async throws -> CatalogApplication
    ) async throws -> CatalogApplication {
        do {
            return try await body()
        } catch let refusal as CatalogInUse {
            if !output.json { for line in refusal.diff.lines { Console.print(line) } }
            throw refusal
        }
    }
}

extension AllowanceChange {
    /// Which accounts the change affects, and when.
    fileprivate var sentence: String {
        let who = "\(accounts) \(accounts == 1 ? "account" : "accounts") on plan \(plan)"
        var when = from.map { " from \($0.shortText)" } ?? ""
        if let from, let through, from != through { when = " between \(from.shortText) and \(through.shortText)" }
        let (was, now) = (before?.shortText ?? "none", after?.shortText ?? "none")
        switch effect {
        case .gained: return "\(who): \(creditType) \(now),\(when)."
        case .changed: return "\(who): \(creditType) \(was) → \(now) with the next period,\(when)."
        case .ended: return "\(who): \(creditType) \(was) ends with the period,\(when)."
        }
    }
}

extension CatalogReplacement: ExpressibleByArgument {
    /// Reads `plan:legacy=free`.
    public init?(argument: String) { self.init(argument) }
}
