import HTTPTypes
import ScripCore
import ScripEngine
import ScripJSON
import ScripTesting
import Testing

/// Decimal numbers are read exactly as they are written, whatever wrote them, and quantities may have parts.
@Suite(.timeLimit(.minutes(15))) struct DecimalNumberTests {
    private static let catalog = """
        credit_types: [{id: credits, name: Credits, usd_value: 0.01}]
        default_plan: free
        plans: [{id: free, name: Free, allowances: [{credit_type: credits, amount: 1e3}]}]
        actions:
          - {id: click, credit_type: credits, rate: {fixed: 0.5}}
          - {id: listen, credit_type: credits, rate: {per_unit: {dimension: seconds, credits: "0.01"}}}
          - {id: whole, credit_type: credits, rate: {per_unit: {dimension: seconds, credits: "0.01", rounding: up, round_to: "1"}}}
          - {id: even, credit_type: credits, rate: {per_unit: {dimension: seconds, credits: "1", round_to: 1}}}
          - {id: half, credit_type: credits, rate: {per_tokens: {tokens: 1000, credits: "1", rounding: up, round_to: 0.5}}}
          - {id: render, credit_type: credits, rate: {compute: {usd: 0.0004, markup: 1.5}}}
          - {id: chat, credit_type: credits, rate: {model_tokens: {markup: 1.25, minimum: 1, rounding: up, round_to: "1"}}}
        models:
          - {provider: acme, id: m-1, usd_per_million: {input: 0.15, output: 6e-1}}
        """

    private static func run(_ body: @escaping @Sendable (TestServer) async throws -> Void)
        async throws
    {
        try await TestServer.run { server in
            _ = try await server.engine.applyCatalog(document: catalog)
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            try await body(server)
        }
    }

    @Test(arguments: [
        ("0.005", "0.005"), ("5e-3", "0.005"), ("5E-3", "0.005"), (#""0.005""#, "0.005"),
        (#""5E-7""#, "0.0000005"),
        ("1e2", "100"), ("100.0", "100"), ("0.10", "0.1"), ("1.5e+1", "15"), ("0.100000000000", "0.1"),
        ("123456789e-9", "0.123456789"), ("7", "7"),
    ])
    func `an amount is what was written`(written: String, amount: String) async throws {
        try await DecimalNumberTests.run { server in
            let charge = try await server.call(
                .post, "/v1/accounts/u/charges", #"{"amount":\#(written),"credit_type":"credits"}"#)
            #expect(charge.status == 201 && charge["entry", "amount"] == "-\(amount)", "\(charge.text)")
        }
    }

    @Test(arguments: [
        ("amount", "0.1234567891"), ("amount", "1e-10"), ("amount", "0.30000000000000004"),
        ("amount", #""1e-10""#),
        ("quantity", "1.0000000001"), ("cost_usd", "1e-19"),
    ])
    func `too many decimals are refused by name`(field: String, written: String) async throws {
        try await DecimalNumberTests.run { server in
            let refused = try await server.call(
                .post, "/v1/accounts/u/charges", #"{"action":"click","\#(field)":\#(written)}"#)
            #expect(refused.status == 400 && refused["errors", "0", "pointer"] == "#/\(field)")
            #expect(refused["errors", "0", "detail"]?.contains("digits after the point") == true)
        }
        try await DecimalNumberTests.run { server in
            let refused = try await server.call(
                .post, "/v1/accounts/u/charges", #"{"action":"listen","usage":{"seconds":0.0000000001}}"#)
            #expect(refused["errors", "0", "pointer"] == "#/usage/seconds")
        }
    }

    @Test(arguments: [
        "1e999", "1e-999", "-0.5", #""0x1""#, #""1,5""#, #""NaN""#, "true", #""1e""#, #"".5""#,
        #""5.""#,
    ])
    func `what is no decimal number is refused`(written: String) async throws {
        try await DecimalNumberTests.run { server in
            let refused = try await server.call(
                .post, "/v1/accounts/u/charges", #"{"amount":\#(written),"credit_type":"credits"}"#)
            #expect(refused.status == 400, "\(written)")
        }
    }

    @Test func `quantities have up to nine decimals, in rates, entries and lines`() async throws {
        try await DecimalNumberTests.run { server in
            let heard = try await server.call(
                .post, "/v1/accounts/u/charges", #"{"action":"listen","usage":{"seconds":12.7}}"#)
            #expect(heard["entry", "amount"] == "-0.127" && heard["entry", "usage", "seconds"] == "12.7")
            let clicked = try await server.call(
                .post, "/v1/accounts/u/charges", #"{"action":"click","quantity":2.5}"#)
            #expect(clicked["entry", "amount"] == "-1.25" && clicked["entry", "quantity"] == "2.5")
            // 12.7 × 0.0004 USD × 1.5 are 0.00762 USD, and so 0.762 credits.
            let rendered = try await server.call(
                .post, "/v1/accounts/u/charges", #"{"action":"render","quantity":12.7}"#)
            #expect(rendered["entry", "amount"] == "-0.762" && rendered["entry", "cost_usd"] == "0.00508")
            let smallest = try await server.call(
                .post, "/v1/rate", #"{"action":"listen","usage":{"seconds":1e-9}}"#)
            #expect(
                smallest["lines", "0", "count"] == "0.000000001" && smallest["unrounded"] == "0.00000000001"
            )
            let tracked = try await server.call(
                .post, "/v1/usage", #"[{"id":"e","account":"u","action":"listen","usage":{"seconds":0.5}}]"#
            )
            #expect(tracked["results", "0", "entry", "amount"] == "-0.005")
            #expect(try await server.engine.verify().isClean)
            let entries = try await server.call(.get, "/v1/accounts/u/entries?kind=charge&limit=4")
            #expect(entries["data", "3", "usage", "seconds"] == "12.7")
            for token in ["input_tokens", "output_tokens", "cache_read_tokens"] {
                let refused = try await server.call(
                    .post, "/v1/accounts/u/charges", #"{"action":"half","usage":{"\#(token)":1.5}}"#)
                #expect(refused.status == 400 && refused["errors", "0", "pointer"] == "#/usage/\(token)")
            }
        }
    }

    @Test(arguments: [
        ("whole", #""usage":{"seconds":12.7}"#, "1"), ("whole", #""usage":{"seconds":100}"#, "1"),
        ("whole", #""usage":{"seconds":100.000000001}"#, "2"),
        ("whole", #""usage":{"seconds":0}"#, "0"),
        ("even", #""usage":{"seconds":2.5}"#, "2"), ("even", #""usage":{"seconds":3.5}"#, "4"),
        ("even", #""usage":{"seconds":2.500000001}"#, "3"),
        ("half", #""usage":{"input_tokens":1001}"#, "1.5"),
        ("chat", #""model":"m-1","provider":"acme","usage":{"input_tokens":100}"#, "1"),
        ("chat", #""model":"m-1","provider":"acme","usage":{"input_tokens":600000}"#, "12"),
        ("chat", #""model":"m-1","provider":"acme","usage":{"output_tokens":20000}"#, "2"),
    ])
    func `round_to rounds a charge to its multiples, once`(
        action: String, usage: String, amount: String
    ) async throws {
        try await DecimalNumberTests.run { server in
            let rated = try await server.call(.post, "/v1/rate", #"{"action":"\#(action)",\#(usage)}"#)
            #expect(rated["amount"] == amount, "\(rated.text)")
        }
    }

    @Test func `a round_to of nothing and a minimum beside it are refused by line`() throws {
        for (rate, rule) in [
            (
                #"{per_unit: {dimension: s, credits: "1", round_to: "0"}}"#, "round_to' must be more than 0"
            ),
            (
                #"{model_tokens: {minimum: "0.5", round_to: "1"}}"#,
                "minimum' must be a multiple of round_to"
            ),
            (#"{per_unit: {dimension: s, credits: 0.12345678901}}"#, "credits' must be an amount from 0"),
            (
                #"{per_unit: {dimension: s, credits: 01.5}}"#,
                "credits' must be written without a leading 0"
            ),
        ] {
            let document = """
                credit_types: [{id: credits, name: Credits, usd_value: "0.01"}]
                actions: [{id: a, credit_type: credits, rate: \(rate)}]
                """
            let problem = #expect(throws: CatalogProblem.self) { try CatalogDocument.parse(document) }
            #expect(problem?.description.contains(rule) == true, "\(rate)")
        }
    }

    @Test(arguments: [UInt64.random(in: .min ... .max), 7])
    func `every spelling of a number is the same number`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let nano = Int64.random(in: -1_000_000_000_000...1_000_000_000_000, using: &random)
            let plain = Credits(nanocredits: nano).description
            let power = Int.random(in: -9...12, using: &random)
            let spelled = "\(FixedPoint.print(Int128(nano), fractionDigits: 9 + power))e\(power)"
            #expect(DecimalText.plain(spelled) == plain, "seed \(seed): \(spelled)")
            #expect(Credits(spelled)?.nanocredits == nano, "seed \(seed): \(spelled)")
            #expect(
                DecimalText.plain(plain + (plain.contains(".") ? "000" : ".000")) == plain, "seed \(seed)")
        }
    }
}
