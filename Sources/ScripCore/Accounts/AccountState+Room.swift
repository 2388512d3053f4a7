/// Limits on how much an account can hold and owe.
extension AccountState {
    /// Checks that debt stays within what can be counted. Use of an unlimited allowance has no bound: its
    /// counter stays at the largest number.
    func requireRoom(for rating: Rating) throws(Rejection) {
        let balance = typeBalance(of: rating.creditType)
        if balance.isUnlimited { return }
        if rating.amount > balance.roomForDebt { throw .amountOutOfRange(field: "amount") }
    }

    /// Checks that there is room for this many more grants, and that incoming credits can be counted.
    func requireRoom(
        forGrants count: Int = 1, of creditType: CreditTypeID, amount: Credits
    ) throws(Rejection) {
        if count > 0 && openGrantCount + count > Limits.openGrants {
            throw .tooManyOpenGrants(limit: Limits.openGrants)
        }
        if amount > typeBalance(of: creditType).room { throw .amountOutOfRange(field: "amount") }
    }
}
