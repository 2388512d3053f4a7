import ScripCore
import ScripEngine

/// Finds entries by their idempotency keys: those of the key's owner, and those of versions that kept no owners, which
/// may be somebody else's.
enum KeyedEntries {
    /// The entries with their digests, their numbers, and the places of the keys that they may carry, from 1.
    static func lookUp(_ keys: [AccountKey]) -> Statement {
        statement("SELECT body, hash, seq, wanted.place", keys, owners: "key_owner = ANY (ARRAY[wanted.owner, ''])")
    }

    /// Fails the transaction unless there are none, not even such as may be somebody else's.
    static func requireNone(_ keys: [AccountKey]) -> Statement {
        statement("SELECT scrip.require(count(*) = 0)", keys, owners: "key_owner = ANY (ARRAY[wanted.owner, ''])")
    }

    /// Fails the transaction if any has no stated owner.
    static func requireNoneUnstated(_ keys: [AccountKey]) -> Statement {
        statement("SELECT scrip.require(count(*) = 0)", keys, owners: "key_owner = ''")
    }

    private static func statement(_ selection: String, _ keys: [AccountKey], owners: String) -> Statement {
        var columns = Columns()
        for (place, wanted) in zip(1..., keys) {
            columns.add(wanted, name: wanted.key.rawValue, place: place)
            // Such versions marked users' names; a row more is sought only for those.
            if wanted.key.owner.isUser { columns.add(wanted, name: wanted.key.earlierName, place: place) }
        }
        return Statement(
            """
            \(selection)
            FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS wanted (account_id, key, owner, place)
            JOIN scrip.entries USING (account_id)
            WHERE idempotency_key = wanted.key AND idempotency_key IS NOT NULL AND \(owners)
            """,
            .texts(columns.accounts), .texts(columns.names), .texts(columns.owners), .integers(columns.places)
        )
    }

    private struct Columns {
        var accounts: [String?] = []
        var names: [String?] = []
        var owners: [String?] = []
        var places: [Int64?] = []

        mutating func add(_ wanted: AccountKey, name: String, place: Int) {
            accounts.append(wanted.account.rawValue)
            names.append(name)
            owners.append(wanted.key.owner.text)
            places.append(Int64(place))
        }
    }
}
