import ScripPostgres
import Testing

/// What may be shown of an address, however it was written.
@Suite(.timeLimit(.minutes(15))) struct DatabaseAddressTests {
    /// Addresses with the password `0pen-Sesame`, or one that contains it, in every form and with every mistake.
    static let addresses = [
        "postgres://me:0pen-Sesame@db/scrip", "postgresql://me:0pen-Sesame@db:5432/scrip?sslmode=require",
        "postgres://me:0pen-Sesame@a:1,b:2,[::1]:3/scrip", "postgres://me:x%400pen-Sesame%2F@db/scrip",
        "postgres://me:x@0pen-Sesame@db/scrip", "postgres://me:x/0pen-Sesame@db/scrip",
        "postgres://me:0pen-Sesame/x@db/scrip", "postgres://me:x?0pen-Sesame@db/scrip",
        "postgres://me:x#0pen-Sesame@db/scrip", "postgres://me:x:0pen-Sesame@db/scrip", "postgres://me:0pen-Sesame",
        "postgres://me:0pen-Sesame/scrip", "postgres://me@db/scrip?password=0pen-Sesame",
        "postgres:///scrip?user=me&pass%77ord=0pen-Sesame&host=db", "postgres://me@db/scrip?sslpassword=0pen-Sesame",
        "postgres://me@db/scrip?options=-c%20secret%3D0pen-Sesame", "postgres://me@db/scrip?passwort=0pen-Sesame",
        "host=db user=me password=0pen-Sesame", "host=db password='x 0pen-Sesame' user=me",
        "password = 0pen-Sesame host=db", "host=db password=x 0pen-Sesame user=me", "host=db password='0pen-Sesame",
        "postgres:/me:0pen-Sesame@db/scrip", "postgres:me:0pen-Sesame@db", "me:0pen-Sesame@db/scrip",
        "postgres//me:0pen-Sesame@db/scrip", "POSTGRES://me:0pen-Sesame@db/scrip",
        " postgres://me:0pen-Sesame@db/scrip",
        "mysql://me:0pen-Sesame@db/scrip", "jdbc:postgresql://db/scrip?user=me&password=0pen-Sesame",
        "sqlite://me:0pen-Sesame@db", "postgres://me:0pen-Sesame@db:port/scrip", "postgres://me:0pen-Sesame@[::1/scrip",
        "postgres://me:0pen-Sesame%zz@db/scrip",
    ]

    @Test(arguments: addresses)
    func `the password is not shown, and is known to be one`(address: String) {
        #expect(!DatabaseAddress.shown(address).contains("Sesame"), "\(DatabaseAddress.shown(address))")
        #expect(DatabaseAddress.secrets(in: address).contains { $0.contains("Sesame") })
    }

    @Test(arguments: [
        "postgres://scrip@db.internal/scrip", "postgres://db1:5432,db2,[::1]:5433/scrip?sslmode=verify-full",
        "postgres://scrip@/scrip?host=/tmp/sockets", "host=db user=scrip dbname=scrip", "./scrip.db", "/a/b.db",
        "mysql://localhost/scrip",
    ])
    func `what holds no password is shown as it is`(address: String) {
        #expect(DatabaseAddress.shown(address) == address)
        #expect(DatabaseAddress.secrets(in: address) == [])
    }

    @Test(arguments: addresses)
    func `what libpq says of it repeats no password`(address: String) async {
        // Nobody listens there, and most are no addresses at all.
        guard DatabaseAddress.isPostgres(address) else { return }
        do {
            let store = try await PostgresLedgerStore(
                address: address, laneCount: 1, readerCount: 1, preparesStatements: false, listens: false,
                patience: .zero)
            try await store.close()
            Issue.record("reached")
        } catch {
            #expect(!"\(error)".contains("Sesame"), "\(error)")
        }
    }
}
