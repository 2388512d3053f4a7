/// Rows of a list that cannot be read and are left out of it.
enum DamagedRows {
    /// Says so, one line for each.
    static func say(_ noun: String, _ names: [String]) {
        for name in names { Console.say("scrip: The \(noun) '\(name)' is damaged; see: scrip verify") }
    }
}
