/// Wakes one waiting task. Rings that come before it looks count as one.
package final class CoalescingSignal: Sendable {
    private let rings: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    /// A signal that has not rung.
    package init() {
        (rings, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Wakes the task that waits, or the next one that will.
    package func ring() { bell.yield() }

    /// Ends waiting for good.
    package func finish() { bell.finish() }

    /// Waits for the next ring. One task at a time may wait.
    /// - Returns: `false` once it was finished or the task is cancelled.
    package func next() async -> Bool {
        var iterator = rings.makeAsyncIterator()
        return await iterator.next() != nil
    }
}
