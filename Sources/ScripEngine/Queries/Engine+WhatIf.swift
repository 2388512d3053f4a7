import ScripCore

extension Engine {
    /// Replays a period of one account or of all against a draft catalog and says what would have changed; writes
    /// nothing. See ``WhatIfSimulation`` for what is simulated and what is left out.
    ///
    /// Entries belong to the period in which they were recorded. The draft's own models win over the price book in
    /// force. Journals are read in pages, each in a transaction of its own, so that neither memory nor locks grow with
    /// their length; accounts that change meanwhile are read as they are when their turn comes.
    /// - Parameter progress: called after each page with the report so far, which lacks the account that is open.
    /// - Throws: ``CatalogProblem`` when the draft is refused, ``Rejection/invalid(field:rule:)`` for a period that is
    ///   none and for an account with more entries than the query allows, ``Rejection/accountNotFound(_:)``.
    public func whatIf(
        document: String, _ query: WhatIfQuery = WhatIfQuery(), progress: @Sendable (WhatIfReport) -> Void = { _ in }
    ) async throws -> WhatIfReport {
        let now = clock.now()
        let from = query.from ?? Engine.startOfMonth(now)
        let through = Timestamp(microseconds: now.microseconds + 1)
        let end = min(query.to ?? through, through)
        if query.limit < 1 || query.limit > WhatIfQuery.maxRows {
            throw Rejection.invalid(field: "limit", rule: "must be from 1 to \(WhatIfQuery.maxRows)")
        }
        if from >= end { throw Rejection.invalid(field: "from", rule: "must be before 'to', and not in the future") }
        try await readPriceBooks()
        let history = try await catalogs(pricingFrom: now)
        var draft = try CatalogDocument.parse(document)
        draft.version = history.latest.version.addingClamped(1)
        draft.book = history.inForce(at: now).book
        draft.replacements = history.latest.replacements
        var walk = WhatIfWalk(
            report: WhatIfReport(from: from, to: min(end, now), limit: query.limit), end: end, draft: draft,
            history: history, maxLines: query.maxLines
        )
        if let account = query.account {
            if try await store.read({ try $0.account(account) }) == nil { throw Rejection.accountNotFound(account) }
            try await replay(account, &walk, progress: progress)
        } else {
            try await replayAll(after: query.after, &walk, progress: progress)
        }
        return walk.report
    }

    private func replayAll(
        after first: AccountID?, _ walk: inout WhatIfWalk, progress: @Sendable (WhatIfReport) -> Void
    ) async throws {
        var last = first
        while true {
            let after = last
            let ids = try await store.read { try $0.accountIDs(after: after, limit: 200) }
            if ids.isEmpty { return }
            for id in ids {
                if walk.isSpent { return walk.stop(after: last) }
                try await replay(id, &walk, progress: progress)
                last = id
            }
        }
    }

    private func replay(
        _ id: AccountID, _ walk: inout WhatIfWalk, progress: @Sendable (WhatIfReport) -> Void
    ) async throws {
        repeat {
            try Task.checkCancellation()
            let page = try await store.read { [walk] in try walk.page(of: id, in: $0) }
            walk.take(page, of: id)
            progress(walk.report)
        } while walk.isOpen
    }

    private static func startOfMonth(_ moment: Timestamp) -> Timestamp {
        var month = CivilTime(moment)
        month.day = 1
        month.microsecondOfDay = 0
        return month.asUTC
    }
}
