import ScripCore
import ScripEngine

extension MemoryTransaction {
    func denials(_ query: DenialQuery, setAside: ((String) -> Void)?) throws -> [Denial] {
        let found = ledger.denials.values.filter { query.matches($0) }
        return Array(found.sorted { ($0.firstAt, $0.id) > ($1.firstAt, $1.id) }.prefix(query.limit))
    }

    func denial(_ id: String, of account: AccountID) throws -> Denial? {
        ledger.denials[id].flatMap { $0.subject.account == account ? $0 : nil }
    }

    func add(_ denials: [Denial]) throws {
        for denial in denials {
            var sum = denial
            if let earlier = ledger.denials[denial.id] {
                sum.count = earlier.count + denial.count
                sum.firstAt = earlier.firstAt
            }
            ledger.denials[denial.id] = sum
        }
    }

    func replace(_ denial: Denial) throws { ledger.denials[denial.id] = denial }

    func removeDenials(endedBefore moment: Timestamp) throws {
        ledger.denials = ledger.denials.filter { $0.value.lastAt >= moment }
    }

    func trimDenials(of account: AccountID?, to most: Int) throws {
        var query = DenialQuery(account: account)
        query.limit = ledger.denials.count
        for denial in try denials(query).dropFirst(most) { ledger.denials[denial.id] = nil }
    }
}
