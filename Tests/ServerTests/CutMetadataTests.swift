import HTTPTypes
import ScripCore
import ScripEngine
import ScripServer
import Testing

/// What an app says beside usage never loses a charge, and what is meant without being named is the catalog's first.
@Suite(.timeLimit(.minutes(15))) struct CutMetadataTests {
    private static let documents = [
        #"{"big":"\#(String(repeating: "x", count: 9_000))","small":"kept"}"#,
        #"{"small":"kept","deep":[[[[[[[[[[1]]]]]]]]]]}"#,
        "{" + (0..<2_000).map { #""small\#($0)":"kept""# }.joined(separator: ",") + #","small":"late"}"#,
    ]

    @Test func `a tracked event with too much metadata is charged, with the metadata cut and marked`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            for (index, metadata) in CutMetadataTests.documents.enumerated() {
                let event = #"{"id":"e\#(index)","account":"u","action":"ai_chat_message","metadata":\#(metadata)}"#
                let reply = try await server.call(.post, "/v1/usage", #"{"events":[\#(event)]}"#)
                #expect(reply["results", "0", "status"] == "charged", "\(reply.text.prefix(400))")
                let again = try await server.call(.post, "/v1/usage", #"{"events":[\#(event)]}"#)
                #expect(again["results", "0", "status"] == "duplicate", "\(again.text.prefix(400))")
                let kept = try await server.call(.get, "/v1/accounts/u/entries?limit=1&kind=charge")
                #expect(kept["data", "0", "metadata", "metadata_cut"] == "true", "\(kept.text.prefix(600))")
                if index == 0 {
                    #expect(kept["data", "0", "metadata", "big"]?.hasPrefix("xxxx") == true)
                    #expect(kept["data", "0", "metadata", "big"]?.hasSuffix("x…") == true)
                }
                if index < 2 { #expect(kept["data", "0", "metadata", "small"] == "kept") }
            }
            // What is not tracked is refused: its sender can mend it.
            let charge = #"{"action":"ai_chat_message","metadata":\#(CutMetadataTests.documents[0])}"#
            let refused = try await server.call(.post, "/v1/accounts/u/charges", charge)
            #expect(refused.status == 400 && refused["code"] == "metadata_too_large")
        }
    }

    @Test func `the catalog's first credit type is the first of the document`() async throws {
        let document = """
            credit_types: [{id: zebra, name: Z}, {id: apple, name: A}]
            default_plan: free
            plans: [{id: free, name: Free}]
            """
        try await TestServer.run(configuration: UserToken.configuration()) { server in
            _ = try await server.engine.applyCatalog(document: document)
            _ = try await server.call(.put, "/v1/accounts/u", "{}")
            let body = #"{"amount":"3","source":"bonus"}"#
            let grant = try await server.call(.post, "/v1/accounts/u/grants", body)
            #expect(grant["balance", "credit_type"] == "zebra", "\(grant.text)")
            let adjusted = try await server.call(
                .post, "/v1/accounts/u/adjustments", #"{"amount":"-1","reason":"r"}"#)
            #expect(adjusted["balance", "credit_type"] == "zebra", "\(adjusted.text)")
            let own = try await server.call(.get, "/api/credits/balance", secret: UserToken.make("u"))
            #expect(own["credit_type"] == "zebra" || own.text.contains("zebra"), "\(own.text)")
        }
    }

    @Test func `a session opens an account on first sight where that is configured`() async throws {
        for opens in [true, false] {
            try await TestServer.run(configuration: UserToken.configuration(opensAccounts: opens)) { server in
                let session = try await server.call(.post, "/v1/sessions", #"{"account":"new"}"#)
                #expect((session.status == 201) == opens, "\(session.text)")
                let account = try await server.call(.get, "/v1/accounts/new")
                #expect(account.status == (opens ? 200 : 404))
            }
        }
    }
}
