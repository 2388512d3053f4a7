import ScripCore
import ScripIdentity
import Testing

@Suite(.timeLimit(.minutes(15))) struct DocumentFetcherTests {
    private static let now = Timestamp(seconds: 1_800_000_000)

    private static func verifier(_ issuers: LocalIssuer..., seconds: Int64 = 3_600) throws -> TokenVerifier {
        let configured = issuers.enumerated().map { number, local in
            var issuer = Issuer.oidc(local.name)
            issuer.accountPrefix = "\(number):"
            return issuer
        }
        return try TokenVerifier(issuers: configured, fetcher: DocumentFetcher(seconds: seconds))
    }

    @Test(.timeLimit(.minutes(15)))
    func `ten first requests that arrive together cause one fetch`() async throws {
        let pair = SigningPair("a")
        try await LocalIssuer.run { issuer in
            issuer.answer(LocalIssuer.keySet, .held(SigningPair.keySet([pair])))
            let verifier = try DocumentFetcherTests.verifier(issuer)
            let token = try pair.token(of: issuer)
            let subjects = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<10 {
                    group.addTask { try await verifier.verify(token, at: DocumentFetcherTests.now).subject }
                }
                await issuer.waitForRequests(1, of: LocalIssuer.keySet)
                issuer.open()
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(subjects == Array(repeating: "ada", count: 10))
            #expect(issuer.count(LocalIssuer.discovery) == 1 && issuer.count(LocalIssuer.keySet) == 1)
        }
    }

    @Test func `keys are kept for five minutes, and a new one is found by one more fetch`() async throws {
        let (old, new) = (SigningPair("old"), SigningPair("new"))
        try await LocalIssuer.run(keys: [old]) { issuer in
            let verifier = try DocumentFetcherTests.verifier(issuer)
            let (now, token) = (DocumentFetcherTests.now, try old.token(of: issuer))
            for second: Int64 in [0, 1, 150, 299] {
                _ = try await verifier.verify(token, at: now.adding(seconds: second))
            }
            #expect(issuer.count(LocalIssuer.keySet) == 1)
            issuer.publish([old, new])
            let next = try new.token(of: issuer)
            for second: Int64 in [299, 299, 300] {
                _ = try await verifier.verify(next, at: now.adding(seconds: second))
            }
            #expect(issuer.count(LocalIssuer.discovery) == 2 && issuer.count(LocalIssuer.keySet) == 2)
            issuer.publish([new])
            _ = try await verifier.verify(token, at: now.adding(seconds: 598))
            await #expect(throws: TokenRefusal.keyUnknown) {
                try await verifier.verify(token, at: now.adding(seconds: 600))
            }
            #expect(issuer.count(LocalIssuer.keySet) == 3)
        }
    }

    @Test func `a flood of keys that nobody published asks the issuer once in ten seconds`() async throws {
        let (pair, strange) = (SigningPair("a"), (0..<50).map { SigningPair("strange-\($0)") })
        try await LocalIssuer.run(keys: [pair]) { issuer in
            let verifier = try DocumentFetcherTests.verifier(issuer)
            for round in 0..<3 {
                let now = DocumentFetcherTests.now.adding(seconds: Int64(round) * 10)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for token in try strange.map({ try $0.token(of: issuer) }) {
                        group.addTask {
                            await #expect(throws: TokenRefusal.keyUnknown) { try await verifier.verify(token, at: now) }
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(issuer.count(LocalIssuer.keySet) == round + 1)
                #expect(try await verifier.verify(pair.token(of: issuer), at: now).subject == "ada")
            }
            #expect(issuer.count(LocalIssuer.keySet) == 3)
        }
    }

    @Test(
        .timeLimit(.minutes(15)),
        arguments: [
            LocalIssuer.Answer.status(404), .status(500), .status(204), .document(""),
            .document("<html>Sign in</html>"),
            .document("[]"), .document("{}"), .document(#"{"keys":"none"}"#), .torn(#"{"keys":[]}"#), .dripping,
            .silence,
            .document(#"{"keys":[]"# + String(repeating: " ", count: 262_144) + "}"),
        ])
    func `a key set that does not come whole, in time and as it should is no key set`(
        answer: LocalIssuer.Answer
    ) async throws {
        let pair = SigningPair("a")
        try await LocalIssuer.run(keys: [pair]) { issuer in
            issuer.answer(LocalIssuer.keySet, answer)
            // On a busy machine a second may be over before the key set is even asked for.
            let verifier = try DocumentFetcherTests.verifier(issuer, seconds: answer.comesToAnEnd ? 3_600 : 1)
            let (now, token) = (DocumentFetcherTests.now, try pair.token(of: issuer))
            await #expect(throws: TokenRefusal.keysUnavailable) { try await verifier.verify(token, at: now) }
            if answer.comesToAnEnd { #expect(issuer.count(LocalIssuer.keySet) == 1) }
            issuer.publish([pair])
            await #expect(throws: TokenRefusal.keysUnavailable) {
                try await verifier.verify(token, at: now.adding(seconds: 9))
            }
            let patient = try DocumentFetcherTests.verifier(issuer)
            #expect(try await patient.verify(token, at: now).subject == "ada")
        }
    }

    @Test func `a document may be as large as is allowed`() async throws {
        let pair = SigningPair("a")
        try await LocalIssuer.run { issuer in
            let keys = SigningPair.keySet([pair])
            let padding = String(repeating: " ", count: 262_144 - keys.utf8.count)
            issuer.answer(LocalIssuer.keySet, .document(keys + padding))
            let verifier = try DocumentFetcherTests.verifier(issuer)
            #expect(try await verifier.verify(pair.token(of: issuer), at: DocumentFetcherTests.now).subject == "ada")
        }
    }

    @Test(arguments: [LocalIssuer.discovery, LocalIssuer.keySet], [301, 302, 303, 307, 308])
    func `redirects are not followed`(path: String, status: Int) async throws {
        let pair = SigningPair("a")
        try await LocalIssuer.run(keys: [pair]) { issuer in
            issuer.answer(
                "/moved", .document(path == LocalIssuer.keySet ? SigningPair.keySet([pair]) : issuer.discoveryDocument))
            issuer.answer(path, .status(status, location: issuer.name + "/moved"))
            let verifier = try DocumentFetcherTests.verifier(issuer)
            await #expect(throws: TokenRefusal.keysUnavailable) {
                try await verifier.verify(pair.token(of: issuer), at: DocumentFetcherTests.now)
            }
            #expect(issuer.count(path) == 1 && issuer.count("/moved") == 0)
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `an issuer that says nothing keeps nobody else waiting`() async throws {
        let (pair, other) = (SigningPair("a"), SigningPair("b"))
        try await LocalIssuer.run(keys: [pair]) { issuer in
            try await LocalIssuer.run(keys: [other]) { mute in
                let verifier = try DocumentFetcherTests.verifier(issuer, mute, seconds: 3_600)
                let now = DocumentFetcherTests.now
                let (token, late) = (try other.token(of: mute), try pair.token(of: issuer))
                mute.answer(LocalIssuer.keySet, .held(SigningPair.keySet([other])))
                let waiting = Task { try await verifier.verify(token, at: now).subject }
                await mute.waitForRequests(1, of: LocalIssuer.keySet)
                #expect(try await verifier.verify(late, at: now).subject == "ada")
                mute.open()
                #expect(try await waiting.value == "ada")
            }
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `known keys wait once for an issuer that fails, and not again`() async throws {
        let pair = SigningPair("a")
        try await LocalIssuer.run(keys: [pair]) { issuer in
            let verifier = try DocumentFetcherTests.verifier(issuer, seconds: 3_600)
            let (now, token) = (DocumentFetcherTests.now, try pair.token(of: issuer))
            _ = try await verifier.verify(token, at: now)
            issuer.answer(LocalIssuer.keySet, .status(503))
            #expect(try await verifier.verify(token, at: now.adding(seconds: 301)).subject == "ada")
            issuer.answer(LocalIssuer.keySet, .held(SigningPair.keySet([])))
            // Comes back although the issuer does not: the fetch goes on behind it.
            for second: Int64 in [311, 320, 400] {
                #expect(try await verifier.verify(token, at: now.adding(seconds: second)).subject == "ada")
            }
            await issuer.waitForRequests(3, of: LocalIssuer.keySet)
            issuer.open()
            var refusal: TokenRefusal?
            while refusal == nil {
                do throws(TokenRefusal) { _ = try await verifier.verify(token, at: now.adding(seconds: 401)) } catch {
                    refusal = error
                }
                await Task.yield()
            }
            #expect(refusal == .keyUnknown)
        }
    }

    @Test func `an issuer that is gone is an issuer without keys, for a while`() async throws {
        let pair = SigningPair("a")
        try await LocalIssuer.run(keys: [pair]) { issuer in
            try await issuer.leave()
            let verifier = try DocumentFetcherTests.verifier(issuer, seconds: 1)
            await #expect(throws: TokenRefusal.keysUnavailable) {
                try await verifier.verify(pair.token(of: issuer), at: DocumentFetcherTests.now)
            }
        }
    }
}
