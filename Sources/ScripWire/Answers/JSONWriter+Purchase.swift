import ScripCore
import ScripEngine
import ScripJSON

extension JSONWriter {
    /// Writes the members of a purchase.
    /// - Parameter isForUser: whether one of the app's users reads it, who is not told the ids of keys.
    package mutating func purchase(_ purchase: Purchase, isForUser: Bool = false) {
        member("id", purchase.id)
        member("account", purchase.account.rawValue)
        member("kind", purchase.kind.rawValue)
        member("status", purchase.status.rawValue)
        member("pack", purchase.pack)
        member("credit_type", purchase.creditType.rawValue)
        member("credits", purchase.credits)
        member("price", object: { $0.price(purchase.price) })
        member("provider", purchase.provider)
        member("take_back", purchase.policy.rawValue)
        member("checkout_url", purchase.facts.stage == .pending ? purchase.checkoutURL : nil)
        member("expires_at", purchase.expiresAt)
        member("created_at", purchase.createdAt)
        member("updated_at", purchase.updatedAt)
        member("paid_at", purchase.paidAt)
        name("paid")
        if let paid = purchase.facts.paid { object { $0.price(paid) } } else { null() }
        member("refunded_minor_units", purchase.facts.refundedMinorUnits)
        member("refunding_minor_units", purchase.refundingMinorUnits)
        member("disputed_minor_units", purchase.facts.disputedMinorUnits)
        name("grants")
        array { writer in
            for grant in purchase.grants { writer.string(grant.text(in: AccountTag(purchase.account))) }
        }
        member("taken_back", purchase.takenBack)
        member("failure", purchase.facts.failure)
        member("problem", purchase.problem)
        member("next_attempt_at", purchase.nextAttemptAt)
        let isUsers = purchase.actor?.utf8.starts(with: "user:".utf8) ?? false
        member("actor", isForUser && !isUsers ? nil : purchase.actor)
    }

    private mutating func price(_ price: Price) {
        member("minor_units", price.minorUnits)
        member("currency", price.currency)
    }

    /// Writes the members of what ties an account to a payment provider.
    package mutating func billingProfile(_ profile: BillingProfile) {
        member("account", profile.account.rawValue)
        member("enabled", profile.topUp?.isEnabled ?? false)
        member("pack", profile.topUp?.pack)
        member("threshold", profile.topUp?.threshold)
        member("monthly_cap_minor_units", profile.topUp?.monthlyCapMinorUnits)
        member("spent_minor_units", profile.topUp?.spentMinorUnits)
        member("armed", profile.topUp?.crossings.isEmpty ?? false)
        member("state", (profile.topUp?.state ?? .off).rawValue)
        member("last_purchase", profile.topUp?.lastPurchase)
        member("problem", profile.topUp?.problem)
        member("has_payment_method", profile.paymentMethod != nil)
    }

    /// Writes the members of a pack that can be bought.
    package mutating func pack(_ pack: Pack) {
        member("id", pack.id)
        member("credit_type", pack.creditType.rawValue)
        member("credits", pack.credits)
        member("price", object: { $0.price(pack.price) })
        member("provider_price", pack.providerPrice)
    }

    /// Writes the members of what comparing with the providers found.
    package mutating func reconciliation(_ report: ReconciliationReport) {
        member("events", report.eventCount)
        member("missed_events", report.missedEventCount)
        member("purchases", report.purchaseCount)
        member("changed_purchases", report.changedPurchaseCount)
        name("problems")
        array { writer in for problem in report.problems { writer.string(problem) } }
    }
}
