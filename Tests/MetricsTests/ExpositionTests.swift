import Metrics
import ScripMetrics
import Testing

@Suite(.timeLimit(.minutes(15))) struct ExpositionTests {
    private static func text(_ registry: MetricsRegistry, _ format: ExpositionFormat = .text) -> String {
        String(decoding: registry.exposition(format), as: UTF8.self)
    }

    @Test func `a counter adds up under its labels`() {
        let registry = MetricsRegistry(descriptions: [.init(name: "done_total", help: "What was done.")])
        Counter(label: "done_total", dimensions: [("what", "b")], factory: registry).increment(by: 2)
        Counter(label: "done_total", dimensions: [("what", "a")], factory: registry).increment()
        Counter(label: "done_total", dimensions: [("what", "b")], factory: registry).increment()
        let lines = "done_total{what=\"a\"} 1\ndone_total{what=\"b\"} 3\n"
        #expect(Self.text(registry) == "# HELP done_total What was done.\n# TYPE done_total counter\n" + lines)
        #expect(
            Self.text(registry, .openMetrics)
                == "# HELP done What was done.\n# TYPE done counter\n" + lines + "# EOF\n")
    }

    @Test func `an empty registry is an empty text, and in OpenMetrics an end`() {
        #expect(Self.text(MetricsRegistry()) == "")
        #expect(Self.text(MetricsRegistry(), .openMetrics) == "# EOF\n")
    }

    @Test func `backslashes, quotes and line ends are escaped`() {
        let registry = MetricsRegistry(descriptions: [.init(name: "odd", help: "a\\b\n\"c\"")])
        Gauge(label: "odd", dimensions: [("l", "x\\y\"z\nü")], factory: registry).record(1.5)
        let sample = #"odd{l="x\\y\"z\nü"} 1.5"# + "\n"
        #expect(Self.text(registry) == #"# HELP odd a\\b\n"c""# + "\n# TYPE odd gauge\n" + sample)
        let open = Self.text(registry, .openMetrics)
        #expect(open == #"# HELP odd a\\b\n\"c\""# + "\n# TYPE odd gauge\n" + sample + "# EOF\n")
    }

    @Test func `names are made legal and a counter gets its ending`() {
        let registry = MetricsRegistry()
        Counter(label: "9 lives.of-cats", dimensions: [("a b", "1"), ("le", "2")], factory: registry).increment()
        #expect(Self.text(registry).contains("_9_lives_of_cats_total{a_b=\"1\",le_=\"2\"} 1\n"))
    }

    @Test func `buckets count upwards to infinity, and a value on a bound is below it`() {
        let registry = MetricsRegistry(descriptions: [.init(name: "size", help: "", bounds: [10, 1, .infinity, 5])])
        let recorder = Recorder(label: "size", factory: registry)
        for value in [0, 1, 2, 5, 6, 100] { recorder.record(value) }
        recorder.record(Double.nan)
        #expect(
            Self.text(registry) == """
                # TYPE size histogram
                size_bucket{le="1.0"} 2
                size_bucket{le="5.0"} 4
                size_bucket{le="10.0"} 5
                size_bucket{le="+Inf"} 6
                size_sum 114
                size_count 6

                """)
    }

    @Test func `a timer records seconds`() {
        let registry = MetricsRegistry(descriptions: [.init(name: "took_seconds", help: "", bounds: [0.25, 1])])
        let timer = Timer(label: "took_seconds", dimensions: [("route", "/a")], factory: registry)
        timer.recordMilliseconds(250)
        timer.recordSeconds(2)
        let text = Self.text(registry)
        #expect(text.contains(#"took_seconds_bucket{route="/a",le="0.25"} 1"#))
        #expect(text.contains(#"took_seconds_bucket{route="/a",le="1.0"} 1"#))
        #expect(text.contains(#"took_seconds_sum{route="/a"} 2.25"#))
    }

    @Test func `gauges and meters go up and down`() {
        let registry = MetricsRegistry()
        let meter = Meter(label: "depth", factory: registry)
        meter.set(3)
        meter.increment(by: 2.5)
        meter.decrement()
        #expect(Self.text(registry) == "# TYPE depth gauge\ndepth 4.5\n")
    }

    @Test func `counters never go down, and take fractions`() {
        let registry = MetricsRegistry()
        let counter = Counter(label: "c_total", factory: registry)
        counter.increment(by: 5)
        counter.increment(by: -3)
        let exact = registry.makeFloatingPointCounter(label: "f", dimensions: [])
        exact.increment(by: 0.25)
        exact.increment(by: Double.infinity)
        #expect(Self.text(registry).contains("c_total 5\n") && Self.text(registry).contains("f_total 0.25\n"))
    }

    @Test func `beyond the limit of series everything counts as other`() {
        let registry = MetricsRegistry(maxSeriesPerName: 3)
        for index in 0..<10 {
            Counter(label: "c_total", dimensions: [("user", "u\(index)")], factory: registry).increment()
        }
        Counter(label: "c_total", dimensions: [("user", "u1")], factory: registry).increment()
        let text = Self.text(registry)
        #expect(text.split(separator: "\n").count == 1 + 4)
        #expect(text.contains(#"c_total{user="other"} 7"#) && text.contains(#"c_total{user="u1"} 2"#))
    }

    @Test func `beyond the limit of names nothing is kept, and a name is of one kind`() {
        let registry = MetricsRegistry(maxNames: 1)
        Gauge(label: "a", factory: registry).record(1)
        Gauge(label: "b", factory: registry).record(1)
        Timer(label: "a", factory: registry).recordSeconds(1)
        #expect(Self.text(registry) == "# TYPE a gauge\na 1\n")
    }

    @Test func `what is destroyed is shown no more`() {
        let registry = MetricsRegistry()
        let counter = Counter(label: "c_total", factory: registry)
        counter.increment()
        counter.destroy()
        #expect(Self.text(registry) == "")
    }

    @Test func `nothing is lost when many count at once`() async {
        let registry = MetricsRegistry()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let counter = Counter(label: "c_total", factory: registry)
                    let recorder = Recorder(label: "r", factory: registry)
                    let meter = Meter(label: "m", factory: registry)
                    for _ in 0..<1_000 {
                        counter.increment()
                        recorder.record(1)
                        meter.increment()
                    }
                }
            }
        }
        let text = Self.text(registry)
        #expect(text.contains("c_total 8000\n") && text.contains("r_count 8000\n") && text.contains("m 8000\n"))
    }

    @Test(
        arguments: [
            (nil, ExpositionFormat.text), ("*/*", .text), ("text/plain", .text), ("application/json", .text),
            ("application/openmetrics-text", .openMetrics),
            ("Application/OpenMetrics-Text; version=\"1.0.0\"", .openMetrics),
            ("application/openmetrics-text;version=0.0.1", .text),
            ("application/openmetrics-text;q=0", .text),
            ("application/openmetrics-text;q=0.2,text/plain;q=0.5", .text),
            (
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
                    + "text/plain;version=0.0.4;q=0.2,*/*;q=0.1", .openMetrics
            ), (";;q=,,=", .text),
        ] as [(String?, ExpositionFormat)])
    func `OpenMetrics is sent only to those who ask for it`(accept: String?, format: ExpositionFormat) {
        #expect(ExpositionFormat.preferred(by: accept) == format)
    }

    @Test func `the system says how the process does`() {
        let readings = ProcessReadings.current()
        #if os(Linux)
            #expect(readings.count == 4 && readings.allSatisfy { $0.value > 0 })
        #endif
        let text = String(decoding: MetricsRegistry().exposition(.text, adding: readings), as: UTF8.self)
        #expect(text.split(separator: "\n").count == readings.count * 3)
    }
}
