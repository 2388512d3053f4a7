import ScripCore

/// What SQL has asked for through a view.
struct InboxRequest: Sendable {
    /// The kinds, by the words that the database uses.
    enum Kind: String, Sendable {
        /// Gives an organization its first credits of a type.
        case initializeTokens = "initialize_tokens"
        /// Makes a balance what is stated.
        case setBalance = "set_balance"
        /// Makes an action cost what is stated.
        case setActionCost = "set_action_cost"
    }

    /// What became of it.
    struct Answer: Sendable {
        var isDone: Bool
        /// A sentence for people.
        var outcome: String
        /// The journal's entry, where there is one.
        var entry: String?
    }

    let number: Int64
    /// The name under which it happens only once.
    let id: String
    let kind: String
    /// Which account; empty for the catalog.
    let subject: String
    /// The request as the database keeps it.
    let body: String
    let requestedBy: String
    let creditType: String?
    let actionType: String?
    let amount: String?
    let expiresAt: Int64?

    /// Who did it, as the journal names it.
    var actor: String { "sql:\(requestedBy)" }

    init(_ rows: Rows, _ row: Int) throws {
        number = try rows.integer(row, 0)
        id = rows.text(row, 1)
        kind = rows.text(row, 2)
        subject = rows.text(row, 3)
        body = rows.text(row, 4)
        requestedBy = rows.text(row, 5)
        creditType = rows.optionalText(row, 6)
        actionType = rows.optionalText(row, 7)
        amount = rows.optionalText(row, 8)
        expiresAt = try rows.optionalInteger(row, 9)
    }

    static let columns = """
        number, request_id::text, kind, subject, body::text, requested_by, body ->> 'credit_type',
        body ->> 'action_type', body ->> 'amount', (body ->> 'expires_at')::bigint
        """

    /// The command's origin: the same for each attempt, so that only one of them moves credits.
    var origin: Origin {
        Origin(
            actor: actor, idempotencyKey: IdempotencyKey(unchecked: "inbox:\(id)", owner: .system),
            requestDigest: Digest(of: Array(body.utf8)))
    }
}
