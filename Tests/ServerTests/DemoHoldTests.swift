import HTTPTypes
import Testing

@Suite(.timeLimit(.minutes(15))) struct DemoHoldTests {
    @Test func `the hold of a demo account can be placed, shown and settled, and is always said to be for show`()
        async throws
    {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/demo", #"{"demo":true}"#)
            let placed = try await server.call(.post, "/v1/accounts/demo/holds", #"{"action":"ai_chat_message"}"#)
            #expect(placed.status == 201 && placed["hold", "id"] == "ho_demo" && placed["hold", "amount"] == "1")
            let hold = "/v1/accounts/demo/holds/ho_demo"
            let steps: [(HTTPRequest.Method, String, String?, String)] = [
                (.get, hold, nil, "open"), (.post, hold + "/capture", "{}", "captured"),
                (.post, hold + "/release", "{}", "released"),
                (.post, hold + "/extend", #"{"expires_in_seconds":60}"#, "open"),
            ]
            for (method, path, body, status) in steps {
                let reply = try await server.call(method, path, body)
                #expect(reply.status == 200 && reply["hold", "status"] == status, "\(path): \(reply)")
                #expect(reply["demo"] == "true" && reply["hold", "id"] == "ho_demo", "\(path): \(reply)")
                #expect(reply["hold", "credit_type"] == "credits" && reply["balance", "held"] == "0", "\(path)")
            }
        }
    }

    @Test func `an account that is charged for real has no such hold`() async throws {
        try await TestServer.run { server in
            _ = try await server.call(.put, "/v1/accounts/real", "{}")
            let hold = "/v1/accounts/real/holds/ho_demo"
            for (method, path) in [
                (HTTPRequest.Method.get, hold), (.post, hold + "/capture"), (.post, hold + "/release"),
            ] {
                let reply = try await server.call(method, path, method == .get ? nil : "{}")
                #expect(reply.status == 404 && reply["code"] == "hold_not_found", "\(path)")
            }
            let nobody = try await server.call(.get, "/v1/accounts/none/holds/ho_demo")
            #expect(nobody["code"] == "account_not_found")
        }
    }
}
