import ScripCore
import ScripEngine
import ScripJSON

/// The hold of every demo account: it reserves nothing, and whatever is done with it succeeds.
package enum DemoHold {
    /// Its id.
    package static let id = "ho_demo"

    /// The demo account that is meant, or `nil` when another hold is.
    /// - Throws: ``Rejection/accountNotFound(_:)``, or ``Rejection/holdNotFound`` when the account is charged for real.
    package static func account(_ account: AccountID, hold: String, in engine: Engine) async throws -> AccountState? {
        guard hold == id else { return nil }
        let state = try await engine.account(account).state
        if !state.settings.isDemo { throw Rejection.holdNotFound }
        return state
    }
}

extension JSONWriter {
    /// Writes the members of a hold of a demo account, after it was placed or closed.
    package mutating func demoHold(_ status: HoldStatus, of state: AccountState, rating: Rating? = nil) {
        let creditType = rating?.creditType ?? state.typeBalances.first?.creditType
        member("hold") { writer in
            writer.member("id", DemoHold.id)
            writer.member("credit_type", creditType?.rawValue)
            writer.member("status", status.rawValue)
            writer.member("amount", rating?.amount ?? .zero)
            writer.member("captured", status == .captured ? Credits.zero : nil)
            writer.member("expires_at", Timestamp?.none)
            writer.member("action", String?.none)
        }
        name("balance")
        if let creditType {
            object { $0.balance(state.balance(of: creditType), tag: state.tag) }
        } else {
            null()
        }
        member("demo", true)
    }
}
