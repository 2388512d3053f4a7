import ScripJSON
import ScripTesting
import Synchronization
import Testing

/// What callers were told of an account's holds of 5 credits each.
struct HoldTally {
    /// Holds that were placed.
    var placed = 0
    /// Those that were neither captured nor released.
    var open = 0
    /// How many were captured.
    var captured = 0
    /// How many credits the captures took.
    var capturedCredits = 0
    /// How many were released.
    var released = 0
}

extension Fleet {
    /// How many holds each caller places at least.
    static let fewestHolds = 24

    /// What a caller does with a hold.
    enum HoldFate: CaseIterable {
        case captured, released, contested, left
    }

    /// Places a hold of 5 credits, settles it as told, and notes what the answers said.
    func hold(_ account: String, key: String, _ fate: HoldFate, using random: inout SeededGenerator) async {
        let repeats = Int.random(in: 0...3, using: &random) / 3
        let placed = await ask(account, "holds", #"{"action":"video"}"#, key: key, repeats: repeats)
        guard let placed, placed.status == 201, let id = Fleet.holdID(placed.body) else {
            Issue.record("\(key): no hold: \(placed?.body ?? "nothing")")
            return
        }
        note(account) {
            $0.placed += 1
            $0.open += 1
        }
        let credits = Int.random(in: 1...7, using: &random)
        switch fate {
        case .left: return
        case .captured:
            let status = await capture(account, id, key, credits, repeats: repeats)
            #expect(status == 200, "\(key)")
        case .released:
            let status = await release(account, id, key, repeats: repeats)
            #expect(status == 200, "\(key)")
        case .contested:
            async let capture = capture(account, id, key, credits, repeats: repeats)
            async let release = release(account, id, key, repeats: repeats)
            let statuses = await [capture, release]
            #expect(statuses == [200, 409] || statuses == [409, 200], "\(key): \(statuses)")
        }
    }

    private func capture(_ account: String, _ id: String, _ key: String, _ credits: Int, repeats: Int) async -> Int? {
        let body = #"{"amount":"\#(credits)"}"#
        let answer = await ask(account, "holds/\(id)/capture", body, key: "\(key)-capture", repeats: repeats)
        guard answer?.status == 200 else { return answer?.status }
        note(account) {
            $0.open -= 1
            $0.captured += 1
            $0.capturedCredits += credits
        }
        return 200
    }

    private func release(_ account: String, _ id: String, _ key: String, repeats: Int) async -> Int? {
        let answer = await ask(account, "holds/\(id)/release", "", key: "\(key)-release", repeats: repeats)
        guard answer?.status == 200 else { return answer?.status }
        note(account) {
            $0.open -= 1
            $0.released += 1
        }
        return 200
    }

    private func note(_ account: String, _ change: (inout HoldTally) -> Void) {
        told.withLock { change(&$0.holds[account, default: HoldTally()]) }
    }

    private static func holdID(_ body: String) -> String? {
        (try? JSONValue.parse(Array(body.utf8)))?["hold"]?["id"]?.stringValue
    }

    /// Checks to the credit that the database holds what callers were told of holds.
    /// - Parameter granted: how many credits each of the accounts was given.
    func requireExactHolds(granted: Int, in cluster: PostgresCluster, _ name: String) throws {
        let holds = told.withLock { $0.holds }
        #expect(holds.values.reduce(0) { $0 + $1.placed } >= 4 * Fleet.fewestHolds)
        #expect(holds.values.allSatisfy { $0.open > 0 && $0.captured > 0 && $0.released > 0 })
        for (account, tally) in holds.sorted(by: { $0.key < $1.key }) {
            func count(_ kind: String) throws -> [Int] {
                let sql = """
                    SELECT count(*), (-sum(amount) / 1000000000)::bigint FROM scrip.entries
                    WHERE account_id = '\(account)' AND kind = '\(kind)'
                    """
                return try cluster.run(sql: sql, in: name).trimmingPrefix { $0 == " " }.split(separator: "|")
                    .map { Int($0.filter { $0.isNumber || $0 == "-" }) ?? 0 }
            }
            let (captures, charges) = (try count("capture"), try count("charge"))
            #expect(try count("hold").first == tally.placed, "\(account)")
            #expect(try count("release").first == tally.released, "\(account)")
            #expect(captures == [tally.captured, tally.capturedCredits], "\(account)")
            let balance = try balance(account)
            let posted = granted - (charges.count > 1 ? charges[1] : 0) - tally.capturedCredits
            #expect(balance["held"]?.stringValue == "\(5 * tally.open)", "\(account)")
            #expect(balance["posted"]?.stringValue == "\(posted)", "\(account)")
            #expect(balance["available"]?.stringValue == "\(posted - 5 * tally.open)", "\(account)")
        }
    }
}
