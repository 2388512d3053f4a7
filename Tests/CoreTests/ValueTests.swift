import ScripCore
import Testing

@Suite("Values are exact", .timeLimit(.minutes(15)))
struct ValueTests {
    @Test(
        "Credits are read and printed as decimal strings",
        arguments: [
            ("0", 0), ("0.0005", 500_000), ("-3", -3_000_000_000), ("12.5", 12_500_000_000), ("0.000000001", 1),
            ("-0.1", -100_000_000), ("9223372036.854775807", Int64.max), ("-9223372036.854775808", Int64.min),
        ] as [(String, Int64)])
    func creditsText(text: String, nanocredits: Int64) {
        #expect(Credits(text) == Credits(nanocredits: nanocredits))
        #expect(Credits(nanocredits: nanocredits).description == text)
    }

    @Test(
        "A power of ten moves the point and changes nothing else",
        arguments: [
            ("1e3", 1_000_000_000_000), ("5E-7", 500), ("-1.5e+1", -15_000_000_000), ("0e9", 0),
            ("123456789e-9", 123_456_789),
        ] as [(String, Int64)])
    func power(text: String, nanocredits: Int64) {
        #expect(Credits(text) == Credits(nanocredits: nanocredits))
    }

    @Test("Quantities are whole or have nine places, and add up without wrapping")
    func quantities() throws {
        #expect(Quantity("12.7")?.description == "12.7" && Quantity("12.0") == 12 && Quantity("1e3") == 1_000)
        #expect(Quantity("0.0000000001") == nil && Quantity("-1") == nil && Quantity("9223372036854775808") == nil)
        #expect(
            Quantity("12.7")?.whole == nil && Quantity("12.7")?.wholePart == 12 && Quantity(Int64.max).whole == .max)
        #expect(Dollars(rounding: "0.0000000000000000015")?.attodollars == 2)
        #expect(Dollars(rounding: "0.0000000000000000025")?.attodollars == 2)
        #expect(Dollars(rounding: "2.5000000000000001e-18")?.attodollars == 3)
        #expect(Dollars(rounding: "-1") == nil && Dollars(rounding: "1e10") == nil && Dollars(rounding: "x") == nil)
    }

    @Test(
        "What is not a decimal of at most nine places is no amount",
        arguments: [
            "", "-", ".", "1.", ".5", "+1", "1e", "1e-10", "1e99", "0x1", "1,5", " 1", "1 ", "1.0000000001", "--1",
            "1.2.3", "NaN",
            "inf",
            "9223372036.854775808", "99999999999999999999999999999999999999999", "١",
        ])
    func notCredits(text: String) {
        #expect(Credits(text) == nil)
    }

    @Test("Arithmetic that does not fit is refused")
    func overflow() {
        #expect(throws: Rejection.self) { try Credits(nanocredits: .max).adding(Credits(nanocredits: 1)) }
        #expect(throws: Rejection.self) { try Credits(nanocredits: .min).subtracting(Credits(nanocredits: 1)) }
        #expect(throws: Rejection.self) { try Credits(nanocredits: .min).negated() }
    }

    @Test(
        "Rounding goes to the nearest with ties to even, or up",
        arguments: [
            (5, 2, 2, 3), (7, 2, 4, 4), (1, 3, 0, 1), (2, 3, 1, 1), (-5, 2, -2, -2), (-7, 2, -4, -3), (6, 3, 2, 2),
            (0, 7, 0, 0),
        ] as [(Int, Int, Int, Int)])
    func rounding(numerator: Int, denominator: Int, halfEven: Int, up: Int) {
        #expect(Rounding.halfEven.divide(Int128(numerator), by: Int128(denominator)) == Int128(halfEven))
        #expect(Rounding.up.divide(Int128(numerator), by: Int128(denominator)) == Int128(up))
    }

    @Test("SHA-256 is that of FIPS 180-4")
    func hash() {
        #expect(
            Digest(of: Array("abc".utf8)).description
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test("Journal ids read back only for their own account and kind")
    func journalIDs() {
        let tag = AccountTag(AccountID(unchecked: "a"))
        let text = EntryID(seq: 18).text(in: tag)
        #expect(EntryID(text, in: tag) == EntryID(seq: 18))
        #expect(EntryID(text, in: AccountTag(AccountID(unchecked: "b"))) == nil)
        #expect(GrantID(text, in: tag) == nil)
        for bad in [
            "en", "en__1", "en_\(tag.text)_0", "en_\(tag.text)_01", "en_\(tag.text)_+1", "en_\(tag.text)_x",
            "en_\(tag.text)_99999999999999999999",
        ] {
            #expect(EntryID(bad, in: tag) == nil)
        }
    }
}
