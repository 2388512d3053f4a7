/// Every kind of change that the audit log records; the raw values are the stable names that outside programs see.
///
/// A change that is new to Scrip gets a case here, and is recorded with ``LedgerWriting/audit(_:by:at:)`` in the
/// transaction that makes it.
public enum AuditAction: String, Sendable, Hashable, CaseIterable {
    /// An account was opened.
    case accountOpened = "account_opened"
    /// What decides how an account is charged was changed.
    case accountChanged = "account_changed"
    /// A name, an address or the caller's own data of an account was changed. The record names the fields, not what
    /// they say, so that what is known of people can be erased.
    case profileChanged = "profile_changed"
    /// The names and texts of an account were erased, in its journal and in its audit log, too. The record names the
    /// digests that both ended with before.
    case accountErased = "account_erased"
    /// A plan was changed, or what is to become of it.
    case subscriptionChanged = "subscription_changed"
    /// Credits were given, or promised for later.
    case creditsGranted = "credits_granted"
    /// What was left of a grant was taken back.
    case grantVoided = "grant_voided"
    /// Purchased credits were taken back, because their money went back.
    case creditsTakenBack = "credits_taken_back"
    /// Credits were added or taken by hand.
    case creditsAdjusted = "credits_adjusted"
    /// A charge was given back, whole or in part.
    case chargeRefunded = "charge_refunded"
    /// A version of the catalog, with its prices, was put in force.
    case catalogApplied = "catalog_applied"
    /// An API key was made.
    case keyCreated = "key_created"
    /// An API key was given a successor, and an end.
    case keyRotated = "key_rotated"
    /// An API key was revoked.
    case keyRevoked = "key_revoked"
    /// A new key for session tokens was made, and the present one given an end.
    case signingKeyRotated = "signing_key_rotated"
    /// A key for session tokens was removed, and the tokens that it signed are refused.
    case signingKeyRetired = "signing_key_retired"
    /// The keys for session tokens were encrypted with a master key.
    case signingKeysSealed = "signing_keys_sealed"
    /// A purchase was noted.
    case purchaseCreated = "purchase_created"
    /// A purchase's money came.
    case purchasePaid = "purchase_paid"
    /// A purchase's payment failed, or was not made in time.
    case purchaseFailed = "purchase_failed"
    /// A person or a key requested a refund of a purchase.
    case purchaseRefundRequested = "purchase_refund_requested"
    /// Money of a purchase went back, or a refund failed.
    case purchaseRefunded = "purchase_refunded"
    /// A refund that was asked for was not made.
    case purchaseRefundReleased = "purchase_refund_released"
    /// Something about a purchase waits for a person, such as a payment that differs from the price.
    case purchaseProblem = "purchase_problem"
    /// A payment that differs from the price was accepted, by a person or a key.
    case purchaseAccepted = "purchase_accepted"
    /// A purchase's payment was contested, or the dispute was decided.
    case purchaseDisputed = "purchase_disputed"
    /// What is bought when the balance is low was set, changed or switched off.
    case topUpChanged = "top_up_changed"
    /// A top-up bought nothing although the balance is low, or its payment failed. The record says why.
    case topUpProblem = "top_up_problem"
    /// A session token was made for one of the app's users.
    case sessionCreated = "session_created"
    /// Usage that could not be recorded was put aside.
    case trackingFailureDismissed = "tracking_failure_dismissed"
    /// Usage that could not be recorded was recorded after all: by hand, or because it was sent again.
    case trackingFailureResolved = "tracking_failure_resolved"
}
