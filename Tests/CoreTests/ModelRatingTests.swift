import ScripCore
import Testing

@Suite struct ModelRatingTests {
    static let counts: [String: Quantity] = ["input_tokens": 1_200, "output_tokens": 300]

    private static func markup(_ text: String) throws -> Markup { try #require(Markup(text)) }

    @Test func `a rating explains itself line by line`() throws {
        let catalog = try SampleBook.catalog(markup: ModelRatingTests.markup("1.2"))
        let rating = try catalog.rate(
            SampleBook.usage("claude-sonnet-4-5-20250929", ModelRatingTests.counts), at: SampleBook.now
        )
        #expect(rating.amount == Credits("0.972"))
        #expect(rating.unrounded == "0.972")
        #expect(rating.cost == Dollars("0.0081"))
        #expect(rating.priced == .book && rating.bookDate == "2026-11-20")
        #expect(
            rating.lines == [
                Rating.Line(
                    dimension: "input_tokens", count: 1_200, credits: "0.432", dollarsPerMillion: Dollars("3"),
                    cost: Dollars("0.0036"), model: "anthropic/claude-sonnet-4-5"
                ),
                Rating.Line(
                    dimension: "output_tokens", count: 300, credits: "0.54", dollarsPerMillion: Dollars("15"),
                    cost: Dollars("0.0045"), model: "anthropic/claude-sonnet-4-5"
                ),
            ])
    }

    @Test(
        arguments: [
            ("1", "0", Rounding.halfEven, 1, "0.000002"), ("4/3", "0", .halfEven, 1, "0.000002667"),
            ("4/3", "0", .up, 1, "0.000002667"), ("1/3", "0", .halfEven, 1, "0.000000667"),
            ("1/3", "0", .up, 2, "0.000001334"), ("1", "0.5", .halfEven, 1, "0.5"), ("1", "0.5", .up, 1_000_000, "2"),
            ("0", "0", .up, 1, "0"), ("0", "0.25", .halfEven, 1, "0.25"), ("0.5", "0.5", .halfEven, 500_000, "0.5"),
        ] as [(String, String, Rounding, Int64, String)])
    func `markup, minimum and rounding apply once`(
        markup: String, minimum: String, rounding: Rounding, tokens: Int64, amount: String
    ) throws {
        let catalog = try SampleBook.catalog(
            markup: ModelRatingTests.markup(markup), minimum: #require(Credits(minimum)), rounding: rounding
        )
        let rating = try catalog.rate(
            SampleBook.usage("embed-small", ["input_tokens": Quantity(tokens)]), at: SampleBook.now)
        #expect(rating.amount == Credits(amount))
    }

    @Test(arguments: [
        ("1.2", "1.2"), ("1.20", "1.2"), ("6/5", "1.2"), ("4/3", "4/3"), ("8/6", "4/3"), ("0", "0"), ("1000", "1000"),
        ("0.000001", "0.000001"),
    ])
    func `a markup is a fraction`(text: String, printed: String) {
        #expect(Markup(text)?.description == printed)
    }

    @Test(arguments: [
        "", "-1", "1001", "1/0", "1/2/3", "a/b", "/", "1/", "-1/2", "2000/1", "1e4", "0.0000001", "1.5/2",
    ])
    func `anything else is no markup`(text: String) {
        #expect(Markup(text) == nil)
    }

    @Test func `calls of other models are billed at their own prices`() throws {
        var usage = SampleBook.usage("claude-sonnet-4-5", provider: "anthropic", ModelRatingTests.counts)
        usage.otherCalls = [
            Usage.ModelCall(model: "claude-opus-4-8", counts: ["input_tokens": 2_543, "output_tokens": 100])
        ]
        let rating = try SampleBook.catalog().rate(usage, at: SampleBook.now)
        #expect(rating.cost == Dollars("0.023315"))
        #expect(
            rating.lines.map(\.model) == [
                "anthropic/claude-sonnet-4-5", "anthropic/claude-sonnet-4-5", "anthropic/claude-opus-4-8",
                "anthropic/claude-opus-4-8",
            ])
        #expect(usage.inputTokens == 3_743 && usage.outputTokens == 400)
    }

    @Test func `each call pays for its own request`() throws {
        var usage = SampleBook.usage("sonar", ["input_tokens": 0])
        usage.quantity = 3
        usage.otherCalls = [Usage.ModelCall(model: "sonar", counts: ["input_tokens": 0])]
        #expect(try SampleBook.catalog().rate(usage, at: SampleBook.now).cost == Dollars("0.02"))
    }

    @Test func `the size of another call does not move this one into a tier`() throws {
        var usage = SampleBook.usage("claude-sonnet-4-5", ["input_tokens": 150_000])
        usage.otherCalls = [Usage.ModelCall(model: "claude-sonnet-4-5", counts: ["input_tokens": 150_000])]
        #expect(try SampleBook.catalog().rate(usage, at: SampleBook.now).cost == Dollars("0.9"))
    }

    @Test func `an unknown model is refused, recorded or priced by the fallback, as the catalog says`() throws {
        let usage = SampleBook.usage("mystery-1", provider: "acme", ModelRatingTests.counts)
        #expect(throws: Rejection.unknownModel(provider: "acme", model: "mystery-1")) {
            try SampleBook.catalog().rate(usage, at: SampleBook.now)
        }
        let recorded = try SampleBook.catalog(
            minimum: Credits(nanocredits: 5), unknownModel: .record
        ).rate(usage, at: SampleBook.now)
        #expect(recorded.amount == .zero && recorded.priced == .unrated && recorded.cost == nil)
        let prices = TokenPrices(input: Dollars("10"), output: Dollars("50"))
        let priced = try SampleBook.catalog(unknownModel: .fallback(prices)).rate(usage, at: SampleBook.now)
        #expect(priced.cost == Dollars("0.027") && priced.priced == .fallback)
        #expect(priced.lines.map(\.model) == ["mystery-1", "mystery-1"])
    }

    @Test func `one unknown call marks the whole rating`() throws {
        var usage = SampleBook.usage("gpt-5", ModelRatingTests.counts)
        usage.otherCalls = [Usage.ModelCall(model: "mystery-1", counts: ["input_tokens": 1])]
        let recorded = try SampleBook.catalog(unknownModel: .record).rate(usage, at: SampleBook.now)
        #expect(recorded.priced == .unrated && recorded.amount == .zero)
        let prices = TokenPrices(input: Dollars("1"), output: Dollars("1"))
        let priced = try SampleBook.catalog(unknownModel: .fallback(prices)).rate(usage, at: SampleBook.now)
        #expect(priced.priced == .fallback && priced.cost == Dollars("0.004501"))
    }

    @Test func `tokens of a class without any price are never free`() throws {
        let usage = SampleBook.usage("embed-small", ["input_tokens": 1, "output_tokens": 1])
        #expect(
            throws: Rejection.invalid(
                field: "usage.output_tokens", rule: "has no price for the model 'embed-small'")
        ) { try SampleBook.catalog().rate(usage, at: SampleBook.now) }
        let recorded = try SampleBook.catalog(unknownModel: .record).rate(usage, at: SampleBook.now)
        #expect(recorded.priced == .unrated)
    }

    @Test(arguments: [nil, "gpt-5"] as [String?])
    func `missing counts or a missing model are refused by name`(model: String?) throws {
        var usage = Usage(action: SampleBook.chat, counts: model == nil ? ModelRatingTests.counts : ["pages": 3])
        usage.model = model
        #expect {
            try SampleBook.catalog().rate(usage, at: SampleBook.now)
        } throws: { error in
            guard case .invalid(let field, _) = error as? Rejection else { return false }
            return field == (model == nil ? "model" : "usage")
        }
    }

    @Test func `other rates record what the model cost when it is known`() throws {
        let catalog = try SampleBook.catalog()
        var usage = Usage(action: ActionID(unchecked: "ping"), counts: ModelRatingTests.counts)
        usage.model = "claude-sonnet-4-5"
        #expect(try catalog.rate(usage, at: SampleBook.now).cost == Dollars("0.0081"))
        #expect(try catalog.rate(usage, at: SampleBook.now).amount == Credits("1"))
        usage.cost = Dollars("0.5")
        #expect(try catalog.rate(usage, at: SampleBook.now).cost == Dollars("0.5"))
        usage.cost = nil
        usage.model = "mystery-1"
        #expect(try catalog.rate(usage, at: SampleBook.now).cost == nil)
        usage.model = "claude-sonnet-4-5"
        usage.amount = Credits("2")
        #expect(try catalog.rate(usage, at: SampleBook.now).cost == Dollars("0.0081"))
    }

    @Test func `the largest counts are refused, not wrapped`() throws {
        let many = SampleBook.usage(
            "claude-sonnet-4-5", ["input_tokens": Quantity(Limits.count), "output_tokens": Quantity(Limits.count)])
        #expect(throws: Rejection.amountOutOfRange(field: "amount")) {
            try SampleBook.catalog().rate(many, at: SampleBook.now)
        }
        let cheap = SampleBook.usage("embed-small", ["input_tokens": 1_000_000_000_000])
        #expect(try SampleBook.catalog().rate(cheap, at: SampleBook.now).amount == Credits("2000000"))
        let prices = TokenPrices(input: TokenPrices.highest)
        let dear = try SampleBook.catalog(models: [ModelPrice(provider: "house", id: "dear", prices: prices)])
        #expect(throws: Rejection.amountOutOfRange(field: "cost_usd")) {
            try dear.rate(SampleBook.usage("dear", ["input_tokens": Quantity(Limits.count)]), at: SampleBook.now)
        }
    }
}
