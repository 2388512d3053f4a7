import ScripCore

extension Credits {
    /// The amount with its type, for people: `1 credit`, `2 credits`, `1 goal_generation`.
    func text(of creditType: CreditTypeID) -> String {
        let isOne = description == "1" || description == "-1"
        let name = isOne && creditType.rawValue == "credits" ? "credit" : creditType.rawValue
        return "\(self) \(name)"
    }
}
