import CoreMetrics
import Synchronization

/// A number that only grows. Whole increments, the usual ones, cost one atomic addition.
final class CounterSeries: CounterHandler, FloatingPointCounterHandler {
    private let whole = Atomic<Int64>(0)
    private let rest = Atomic<Double>(0)

    var value: Double { Double(whole.load(ordering: .relaxed)) + rest.load(ordering: .relaxed) }

    func increment(by amount: Int64) {
        if amount > 0 { whole.wrappingAdd(amount, ordering: .relaxed) }
    }

    func increment(by amount: Double) {
        if amount > 0 && amount.isFinite { rest.add(amount) }
    }

    func reset() {
        whole.store(0, ordering: .relaxed)
        rest.store(0, ordering: .relaxed)
    }
}

/// A number that goes up and down: the last one recorded.
final class GaugeSeries: RecorderHandler, MeterHandler {
    private let last = Atomic<Double>(0)

    var value: Double { last.load(ordering: .relaxed) }

    func set(_ value: Int64) { last.store(Double(value), ordering: .relaxed) }
    func set(_ value: Double) { last.store(value, ordering: .relaxed) }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }
    func increment(by amount: Double) { last.add(amount) }
    func decrement(by amount: Double) { last.add(-amount) }
}

/// How often values fell into each of some fixed buckets, and their sum. A timer's values are in seconds.
final class HistogramSeries: TimerHandler, RecorderHandler {
    /// What a histogram held at one moment.
    struct Reading: Sendable {
        /// How many values each bucket alone holds; the last one is for those beyond every bound.
        var counts: [Int64]
        var sum: Double
    }

    /// The buckets' upper bounds, ascending and finite.
    let bounds: [Double]
    private let state: Mutex<Reading>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(Reading(counts: Array(repeating: 0, count: bounds.count + 1), sum: 0))
    }

    var reading: Reading { state.withLock { $0 } }

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        if !value.isFinite { return }
        let place = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { reading in
            reading.counts[place] += 1
            reading.sum += value
        }
    }
}

extension Atomic<Double> {
    fileprivate func add(_ amount: Double) {
        var seen = load(ordering: .relaxed)
        while true {
            let result = weakCompareExchange(expected: seen, desired: seen + amount, ordering: .relaxed)
            if result.exchanged { return }
            seen = result.original
        }
    }
}
