import ScripCore
import ScripEngine

extension PostgresWriter {
    func save(_ purchase: Purchase) throws {
        transaction.tell(
            Statement(
                """
                INSERT INTO scrip.purchases (account_id, purchase_id, status, created_at, next_attempt_at, body)
                VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (account_id, purchase_id) DO UPDATE SET status = excluded.status,
                    next_attempt_at = excluded.next_attempt_at, body = excluded.body
                """,
                .text(purchase.account.rawValue), .text(purchase.id), .text(purchase.status.rawValue),
                .integer(purchase.createdAt.microseconds), .integer(purchase.nextAttemptAt?.microseconds),
                .text(String(decoding: purchase.encoded, as: UTF8.self))
            )
        )
        tell(.purchase(purchase))
        let references =
            [(Purchase.ownReferences, purchase.id)]
            + purchase.facts.references.map { (purchase.provider, $0) }
        transaction.tell(
            Statement(
                """
                INSERT INTO scrip.purchase_references (provider, reference, account_id, purchase_id)
                SELECT provider, reference, $3, $4 FROM unnest($1::text[], $2::text[]) AS new (provider, reference)
                ON CONFLICT (provider, reference) DO NOTHING
                """,
                .texts(references.map(\.0)), .texts(references.map(\.1)), .text(purchase.account.rawValue),
                .text(purchase.id)
            )
        )
        let place = PurchaseLocation(account: purchase.account, purchase: purchase.id)
        for (provider, reference) in references {
            tellIfNew(.purchaseReference(provider: provider, reference: reference, to: place))
        }
    }

    func append(_ event: PaymentMessage) throws {
        transaction.tell(
            Statement(
                """
                INSERT INTO scrip.provider_events (provider, event_id, kind, subject, recorded_at)
                VALUES ($1, $2, $3, $4, $5)
                """,
                .text(event.provider), .text(event.id), .text(event.kind), .text(event.subject),
                .integer(event.recordedAt.microseconds)
            )
        )
        tell(.paymentMessage(event))
    }

    func save(_ profile: BillingProfile) throws {
        transaction.tell(
            Statement(
                """
                INSERT INTO scrip.billing_profiles (account_id, provider, customer, has_top_up, body)
                VALUES ($1, $2, $3, $4 = 1, $5)
                ON CONFLICT (account_id) DO UPDATE SET provider = excluded.provider, customer = excluded.customer,
                    has_top_up = excluded.has_top_up, body = excluded.body
                """,
                .text(profile.account.rawValue), .text(profile.provider), .text(profile.customer),
                .integer(profile.topUp?.isEnabled == true ? 1 : 0),
                .text(String(decoding: profile.encoded, as: UTF8.self))
            )
        )
        tell(.billingProfile(profile))
    }
}
