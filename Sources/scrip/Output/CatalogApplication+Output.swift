import ScripEngine
import ScripJSON
import ScripServer

extension CatalogApplication {
    /// Says what changed, or would change, and from when.
    func print(isDryRun: Bool, isScheduled: Bool, _ output: OutputOptions) {
        if output.json {
            return Console.print(JSONWriter.document { $0.appliedCatalog(self, isDryRun: isDryRun) })
        }
        for line in diff.lines { Console.print(line) }
        if isUnchanged {
            Console.print("Version \(version) says so already; nothing changed.")
        } else if isScheduled {
            let moment = effectiveAt.shortText
            Console.print("Version \(version) \(isDryRun ? "would come" : "comes") into force at \(moment).")
        } else {
            Console.print("Version \(version) \(isDryRun ? "would be" : "is") in force.")
        }
    }
}
