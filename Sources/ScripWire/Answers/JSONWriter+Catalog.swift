import ScripCore
import ScripEngine
import ScripJSON

extension JSONWriter {
    /// Writes the members of a version of the catalog, without its document.
    package mutating func catalogVersion(_ stored: StoredCatalog, books: [Digest: StoredPriceBook]) {
        member("version", stored.version)
        member("effective_at", stored.effectiveAt)
        member("recorded_at", stored.recordedAt)
        member("actor", stored.actor)
        name("price_book")
        guard let digest = stored.book else { return null() }
        let book = books[digest]
        object { writer in
            writer.member("digest", digest.description)
            writer.member("date", book?.date)
            writer.member("source", book?.source)
            writer.member("licence", book?.licence)
        }
    }

    /// Writes the members of what applying a catalog changed, or would change.
    package mutating func appliedCatalog(_ applied: CatalogApplication, isDryRun: Bool) {
        member("version", applied.version)
        member("effective_at", applied.effectiveAt)
        member("unchanged", applied.isUnchanged)
        member("dry_run", isDryRun)
        name("diff")
        array { writer in
            for line in applied.diff.lines { writer.string(line) }
        }
        member("replaced", array: applied.replaced) { $0.catalogUse($1) }
        member("allowances", array: applied.allowances) { writer, change in
            writer.member("plan", change.plan.rawValue)
            writer.member("credit_type", change.creditType.rawValue)
            writer.member("effect", change.effect.rawValue)
            writer.member("before", change.before?.shortText)
            writer.member("after", change.after?.shortText)
            writer.member("accounts", change.accounts)
            writer.member("from", change.from)
            writer.member("through", change.through)
        }
    }

    /// Writes the members of how much something is in use.
    mutating func catalogUse(_ use: CatalogUse) {
        member("kind", use.kind.rawValue)
        member("id", use.id)
        member("used_by", use.user.rawValue)
        member("count", use.count)
        member("replacement", use.replacement)
    }
}
