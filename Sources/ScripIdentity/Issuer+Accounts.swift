import ScripCore

/// Which accounts the users of an issuer stand for.
extension Issuer {
    /// The account of a name, a user's or an organisation's.
    /// - Throws: ``TokenRefusal/subjectInvalid`` when the name, or what it becomes with the prefix, can be no account's.
    func account(of name: String) throws(TokenRefusal) -> AccountID {
        guard let subject = Subject(name) else { throw .subjectInvalid }
        let id = accountPrefix + subject.text
        // A mark at the name's beginning could join with the prefix's end.
        guard Subject.isComposed(id), let account = AccountID(id) else { throw .subjectInvalid }
        return account
    }
}
