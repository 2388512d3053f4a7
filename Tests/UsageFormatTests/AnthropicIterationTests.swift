import ScripUsageFormats
import Testing

/// What Anthropic's `usage.iterations` bills apart.
@Suite(.timeLimit(.minutes(15))) struct AnthropicIterationTests {
    private func message(_ counts: String, _ iterations: String..., content: String = "[]") throws -> ReportedUsage {
        try read(
            """
            {"id":"msg_1","type":"message","model":"claude-sonnet-5","content":\(content),
             "usage":{\(counts),"iterations":[\(iterations.joined(separator: ","))]}}
            """)
    }

    @Test func `an advisor is billed at its own model`() throws {
        let usage = try message(
            #""input_tokens":2411,"output_tokens":300"#,
            #"{"type":"message","input_tokens":1200,"output_tokens":100}"#,
            """
            {"type":"advisor_message","model":"claude-opus-4-8","input_tokens":2543,"output_tokens":90,
             "cache_creation_input_tokens":10,"cache_read_input_tokens":20,
             "cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":10}}
            """,
            #"{"type":"message","input_tokens":1211,"output_tokens":200}"#)
        #expect(usage.counts == ["input_tokens": 2411, "output_tokens": 300])
        #expect(
            usage.otherCalls == [
                ReportedUsage.Call(
                    model: "claude-opus-4-8",
                    counts: [
                        "input_tokens": 2543, "output_tokens": 90, "cache_read_tokens": 20,
                        "cache_write_1h_tokens": 10,
                    ])
            ])
    }

    @Test func `a compaction is billed beside the counts at the request's model`() throws {
        let usage = try message(
            #""input_tokens":23000,"output_tokens":1000"#,
            #"{"type":"compaction","input_tokens":180000,"output_tokens":3500}"#,
            #"{"type":"message","input_tokens":23000,"output_tokens":1000}"#)
        #expect(usage.counts == ["input_tokens": 23000, "output_tokens": 1000])
        #expect(
            usage.otherCalls == [
                ReportedUsage.Call(model: nil, counts: ["input_tokens": 180_000, "output_tokens": 3500])
            ])
    }

    @Test func `turns of the model itself are never billed again`() throws {
        let usage = try message(
            #""input_tokens":300,"output_tokens":30"#,
            #"{"type":"message","model":"claude-sonnet-5-20260901","input_tokens":100,"output_tokens":10}"#,
            #"{"type":"message","input_tokens":200,"output_tokens":20}"#)
        #expect(usage.counts == ["input_tokens": 300, "output_tokens": 30])
        #expect(usage.otherCalls.isEmpty)
    }

    @Test func `a model that declined after output is billed apart from the one that served`() throws {
        let usage = try message(
            #""input_tokens":412,"output_tokens":264"#,
            #"{"type":"message","model":"claude-fable-5","input_tokens":408,"output_tokens":7}"#,
            #"{"type":"fallback_message","model":"claude-opus-4-8","input_tokens":412,"output_tokens":264}"#)
        #expect(usage.model == "claude-opus-4-8")
        #expect(usage.counts == ["input_tokens": 412, "output_tokens": 264])
        #expect(
            usage.otherCalls == [
                ReportedUsage.Call(model: "claude-fable-5", counts: ["input_tokens": 408, "output_tokens": 7])
            ])
    }

    @Test func `a model that declined before any output is not billed`() throws {
        let usage = try message(
            #""input_tokens":412,"output_tokens":264"#,
            #"{"type":"message","model":"claude-fable-5","input_tokens":408,"output_tokens":0}"#,
            #"{"type":"fallback_message","model":"claude-opus-4-8","input_tokens":412,"output_tokens":264}"#)
        #expect(usage.counts == ["input_tokens": 412, "output_tokens": 264])
        #expect(usage.otherCalls.isEmpty)
    }

    @Test func `a declined turn the counts hold is taken out of them`() throws {
        let usage = try message(
            #""input_tokens":820,"output_tokens":271"#,
            #"{"type":"message","model":"claude-fable-5","input_tokens":408,"output_tokens":7}"#,
            #"{"type":"fallback_message","model":"claude-opus-4-8","input_tokens":412,"output_tokens":264}"#)
        #expect(usage.counts == ["input_tokens": 412, "output_tokens": 264])
        #expect(
            usage.otherCalls == [
                ReportedUsage.Call(model: "claude-fable-5", counts: ["input_tokens": 408, "output_tokens": 7])
            ])
    }

    @Test func `a declined turn without a model is billed at the model that handed over`() throws {
        let usage = try message(
            #""input_tokens":30,"output_tokens":12"#,
            #"{"type":"message","input_tokens":12,"output_tokens":3}"#,
            #"{"type":"message","input_tokens":13,"output_tokens":5}"#,
            #"{"type":"fallback_message","model":"claude-opus-4-8","input_tokens":17,"output_tokens":7}"#,
            content: #"[{"type":"fallback","from":{"model":"claude-fable-5"},"to":{"model":"claude-opus-4-8"}}]"#)
        #expect(usage.counts == ["input_tokens": 30, "output_tokens": 12])
        #expect(
            usage.otherCalls == [
                ReportedUsage.Call(model: "claude-fable-5", counts: ["input_tokens": 12, "output_tokens": 3])
            ])
    }

    @Test func `an unknown kind and too many iterations are refused`() throws {
        try expectRefusal(
            #"{"input_tokens":1,"output_tokens":1,"iterations":[{"type":"dream","input_tokens":1}]}"#,
            "#/iterations/0/type", .iteration)
        let many = Array(repeating: #"{"type":"message","input_tokens":1}"#, count: 65).joined(separator: ",")
        try expectRefusal(
            #"{"input_tokens":65,"output_tokens":1,"iterations":[\#(many)]}"#, "#/iterations", .iterations)
    }
}
