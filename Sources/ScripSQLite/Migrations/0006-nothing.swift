/// There was no sixth step for a while; this one leaves no gap and changes nothing.
enum Migration0006 {
    static let sql = ""
}
