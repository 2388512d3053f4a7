import Testing

/// A suite that starts clusters, servers, other programs or very many connections. Such suites run one after the other,
/// whichever target they are in, so that none takes another's processors; light suites run beside them.
///
/// A suite's time limit counts from when its turn has come.
public struct HeavySuite: SuiteTrait, TestScoping {
    private static let turns = Turns()

    /// Runs a suite's tests when all heavy suites that came before have ended.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        await HeavySuite.turns.begin()
        do {
            try await function()
        } catch {
            await HeavySuite.turns.end()
            throw error
        }
        await HeavySuite.turns.end()
    }
}

extension Trait where Self == HeavySuite {
    /// Runs the suite when no other heavy suite runs.
    public static var heavy: Self { HeavySuite() }
}

/// One at a time, in the order in which they came.
private actor Turns {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func begin() async {
        if !isTaken {
            isTaken = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func end() {
        if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
    }
}
