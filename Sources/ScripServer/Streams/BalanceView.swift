import NIOCore
import ScripCore
import ScripEngine
import ScripJSON
import ScripWire

/// What a stream shows of its account.
enum BalanceView: Sendable, Hashable {
    /// All balances, for servers.
    case everything
    /// The balance of the credit type that was asked for, and the others in short, for users.
    case oneCreditType(String?)

    /// A snapshot as an event.
    func event(of snapshot: AccountSnapshot, catalogs: CatalogCache) throws -> ByteBuffer {
        var json = JSONWriter(capacity: 1_024)
        switch self {
        case .everything: json.object { $0.balances(of: snapshot) }
        case .oneCreditType(let asked):
            let creditType = try CreditBalances.creditType(asked, snapshot, catalogs: catalogs)
            let catalog = catalogs.history.inForce(at: snapshot.at)
            json.object { $0.creditBalances(of: snapshot, creditType: creditType, catalog: catalog) }
        }
        var event = ByteBuffer(string: "event: balance\nid: \(snapshot.state.seq)\ndata: ")
        event.writeBytes(json.bytes)
        event.writeStaticString("\n\n")
        return event
    }
}
