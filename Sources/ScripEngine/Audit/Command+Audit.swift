import ScripCore
import ScripJSON

extension Intent {
    /// Whether it changes something by somebody's decision, rather than using what there is. Charges, holds and
    /// tracking are in the journal, with who did them, and nowhere else.
    var isAdministrative: Bool {
        switch self {
        case .putAccount, .grant, .takeBack, .voidGrant, .refund, .adjust, .subscribe, .subscription: true
        case .charge, .track, .hold, .capture, .release, .extend, .rateLater: false
        }
    }
}

extension AuditedChange {
    /// What a command that wrote something changed; none when the journal has all there is to know.
    static func changes(
        by command: Command, from before: AccountState, to after: AccountState, decision: Decision
    ) -> [AuditedChange] {
        guard command.intent.isAdministrative, let answer = decision.answer?.entry, answer.kind != .noted else {
            return []
        }
        let subject: (any JournalIdentifier)?
        let action: AuditAction
        switch command.intent {
        case .putAccount, .subscribe, .subscription: return settings(from: before, to: after, decision: decision)
        case .grant: (action, subject) = (.creditsGranted, GrantID(seq: answer.seq))
        case .takeBack(let order): (action, subject) = (.creditsTakenBack, order.grants.first)
        case .voidGrant(let id, _): (action, subject) = (.grantVoided, id)
        case .refund(let id, _, _): (action, subject) = (.chargeRefunded, id)
        case .adjust: (action, subject) = (.creditsAdjusted, nil)
        case .charge, .track, .hold, .capture, .release, .extend, .rateLater: return []
        }
        guard let creditType = answer.creditType else { return [] }
        var change = AuditedChange(
            action, account: after.id, subject: subject?.text(in: after.tag), entry: answer.seq,
            before: AuditValues.balance(before, creditType), reason: answer.reason
        )
        var members = AuditValues.balance(after, creditType).objectValue?.members ?? []
        members.append(.init(name: "amount", value: .string(answer.amount.description)))
        if let terms = answer.terms { members.append(.init(name: "grant", value: AuditValues.terms(terms))) }
        change.after = .object(JSONObject(members))
        return [change]
    }

    private static func settings(
        from before: AccountState, to after: AccountState, decision: Decision
    ) -> [AuditedChange] {
        if !before.exists {
            return [
                AuditedChange(
                    .accountOpened, account: after.id, entry: decision.entries.first?.entry.seq,
                    after: AuditValues.opened(after), reason: decision.answer?.entry.reason)
            ]
        }
        var changes: [AuditedChange] = []
        func line(_ kind: EntryKind) -> Entry? { decision.entries.first { $0.entry.kind == kind }?.entry }
        if before.settings != after.settings, let entry = line(.account) {
            changes.append(
                AuditedChange(
                    .accountChanged, account: after.id, entry: entry.seq,
                    before: AuditValues.settings(before.settings), after: AuditValues.settings(after.settings),
                    reason: entry.reason))
        }
        if before.subscription != after.subscription, let entry = line(.subscription) {
            changes.append(
                AuditedChange(
                    .subscriptionChanged, account: after.id, entry: entry.seq,
                    before: AuditValues.subscription(before.subscription),
                    after: AuditValues.subscription(after.subscription), reason: entry.reason))
        }
        return changes
    }
}
