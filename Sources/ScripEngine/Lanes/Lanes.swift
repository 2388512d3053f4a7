import ScripCore

/// As many lanes as a store can take; an account's commands are always in the same one.
struct Lanes: Sendable {
    private let lanes: [Lane]

    init(
        store: any LedgerStore, clock: any Clock, catalogs: CatalogCache, metrics: EngineMetrics, feed: LedgerFeed,
        damaged: DamagedAccounts
    ) {
        lanes = (0..<max(1, store.laneCount)).map { _ in
            Lane(
                store: store, clock: clock, catalogs: catalogs, metrics: metrics, feed: feed, damaged: damaged)
        }
    }

    /// Carries out a command, and changes the account's profile in the same transaction if it says how.
    func submit(_ command: Command, profile edit: ProfileEdit? = nil) async throws -> Outcome {
        try await lanes[place(of: command.account)].submit(command, profile: edit)
    }

    func submit(_ commands: [Command]) async -> [Result<Outcome, any Error>] {
        let places = commands.map { place(of: $0.account) }
        guard let first = places.first else { return [] }
        if places.allSatisfy({ $0 == first }) { return await lanes[first].submit(commands) }
        let shares = Dictionary(grouping: commands.indices) { places[$0] }
        return await withTaskGroup(of: [(Int, Result<Outcome, any Error>)].self) { group in
            for (place, indices) in shares {
                group.addTask { Array(zip(indices, await lanes[place].submit(indices.map { commands[$0] }))) }
            }
            var results: [Result<Outcome, any Error>?] = Array(repeating: nil, count: commands.count)
            for await share in group {
                for (index, result) in share { results[index] = result }
            }
            return results.compactMap { $0 }
        }
    }

    var isDraining: Bool { lanes.contains { $0.isDraining } }

    /// Refuses new commands in all lanes, and returns when those taken have been answered.
    func drain() async {
        await withTaskGroup(of: Void.self) { group in
            for lane in lanes { group.addTask { await lane.drain() } }
        }
    }

    /// By the FNV-1a hash of the id, the same in every process.
    /// Source: G. Fowler, L. Noll, K. Vo, D. Eastlake, "The FNV Non-Cryptographic Hash Algorithm".
    private func place(of account: AccountID) -> Int {
        if lanes.count == 1 { return 0 }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in account.rawValue.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return Int(hash % UInt64(lanes.count))
    }
}
