import ScripIngest
import ScripJSON
import Testing

@Suite(.timeLimit(.minutes(15))) struct CloudEventTests {
    /// An event with members replaced; those that are null are taken out.
    private static func read(_ changes: String) throws -> Result<IncomingEvent, IngestError> {
        let base = try JSONValue.parse(
            Array(#"{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"u"}"#.utf8))
        let changes = try #require(try JSONValue.parse(Array(changes.utf8)).objectValue)
        var members = try #require(base.objectValue).members.filter { changes[$0.name] == nil }
        members += changes.members
        return try CloudEvents.structured(Array(text(.object(JSONObject(members))).utf8))
    }

    @Test(
        arguments: [
            (#"{"specversion":null}"#, "#/specversion required"),
            (#"{"specversion":"0.3"}"#, "#/specversion unsupported"),
            (#"{"specversion":1.0}"#, "#/specversion wrong_type"), (#"{"id":""}"#, "#/id malformed"),
            (#"{"id":null}"#, "#/id required"), (#"{"source":null}"#, "#/source required"),
            (#"{"type":null}"#, "#/type required"), (#"{"subject":null}"#, "#/subject required"),
            (#"{"subject":7}"#, "#/subject wrong_type"), (#"{"time":"yesterday"}"#, "#/time malformed"),
            (#"{"source":"a\u0001"}"#, "#/source malformed"), (#"{"data":[1]}"#, "#/data wrong_type"),
            (#"{"data":{"id":"x"}}"#, "#/data/id conflict"), (#"{"data":{"account":7}}"#, "#/data/account wrong_type"),
            (#"{"data":{},"data_base64":"e30="}"#, "#/data_base64 conflict"),
            (#"{"data_base64":"e30"}"#, "#/data_base64 malformed"),
            (#"{"data_base64":"AAAA"}"#, "#/data_base64 malformed"),
            (#"{"data":"<a/>","datacontenttype":"text/xml"}"#, "#/datacontenttype unsupported"),
            (#"{"data":{"tokens":1}}"#, "#/data/type required"),
            (#"{"data":{"tokens":1.5,"type":"input"}}"#, "#/data/tokens wrong_type"),
            (#"{"data":{"tokens":-1,"type":"input"}}"#, "#/data/tokens wrong_type"),
            (#"{"data":{"tokens":1,"type":"other"}}"#, "#/data/type unsupported"),
            (#"{"data":{"tokens":1,"type":"input","usage":{}}}"#, "#/data/usage conflict"),
        ])
    func `an event that breaks a rule is kept with the rule`(changes: String, expected: String) throws {
        let result = try CloudEventTests.read(changes)
        #expect(try failure(result) == expected)
        guard case .failure(let error) = result else { return }
        #expect(error.raw["type"] != nil || expected.hasPrefix("#/type"))
    }

    @Test func `what the data says counts before what the attributes say`() throws {
        let data = #"{"account":"a","action":"b","occurred_at":"2026-01-01T00:00:00Z","trace_id":"c"}"#
        let time =
            #""time":"2026-02-02T00:00:00Z","traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01""#
        let event = try CloudEventTests.read("{\(time),\"data\":\(data)}").get()
        #expect(event.account == "a")
        #expect(
            text(event.body)
                == #"{"account":"a","action":"b","occurred_at":"2026-01-01T00:00:00Z","trace_id":"c","id":"s|1"}"#)
    }

    @Test func `JSON by another name is JSON, and extensions and nulls are passed over`() throws {
        let type =
            #""datacontenttype":"application/vnd.x+json; charset=utf-8","extension":5,"traceparent":"zz","time":null"#
        let event = try CloudEventTests.read("{\(type),\"data\":{\"quantity\":2,\"model\":null}}").get()
        #expect(text(event.body) == #"{"quantity":2,"id":"s|1","account":"u","action":"t"}"#)
    }

    @Test func `events are told apart by source and id, whatever these hold`() throws {
        func id(_ source: String, _ id: String) throws -> String {
            try #require(try CloudEventTests.read("{\"source\":\"\(source)\",\"id\":\"\(id)\"}").get().id)
        }
        let long = String(repeating: "x", count: 300)
        let ids = try [
            id("a", "b|c"), id("a|b", "c"), id("a#b", "c"), id("a", "b#c"), id(long, "1"), id(long, "2"), id("1", long),
            id("a", "b "), id("a", "b"), id(" a", "b"),
        ]
        #expect(Set(ids).count == ids.count)
        for id in ids { #expect(id.utf8.count <= 255) }
        #expect(try id(long, "1") == ids[4])
        #expect(ids[0] == "a|b|c")
        // printf '3:a|b1:c' | sha256sum
        #expect(ids[1] == "sha256:f0aa1c055d0c6b57e68a861f8c4e7bc7ef675f543a99c66a90d598bea71a3f0e")
    }

    @Test func `in a batch a bad event leaves the others alone`() throws {
        let good = #"{"specversion":"1.0","id":"1","source":"s","type":"t","subject":"u"}"#
        let batch = try CloudEvents.batch(Array("[\(good),7,{},\(good)]".utf8))
        #expect(try batch[0].get() == batch[3].get())
        #expect(try failure(batch[1]) == "# wrong_type")
        #expect(try failure(batch[2]) == "#/specversion required")
        #expect(try CloudEvents.batch(Array("[]".utf8)).isEmpty)
    }

    @Test func `a request that is too large or no JSON is refused`() throws {
        func reason(_ body: String, _ limits: IngestLimits = IngestLimits()) -> IngestRefusal.Reason? {
            #expect(throws: IngestRefusal.self) { try CloudEvents.batch(Array(body.utf8), limits: limits) }?.reason
        }
        #expect(reason("{}") == .malformed)
        #expect(reason("[") == .malformed)
        #expect(reason("[0,0,0]", IngestLimits(maxEvents: 2)) == .tooLarge)
        #expect(reason("[0,0,0]", IngestLimits(maxBodyBytes: 6)) == .tooLarge)
        #expect(reason(String(repeating: "[", count: 100_000)) == .malformed)
        #expect(throws: IngestRefusal.self) {
            try CloudEvents.mode(contentType: "application/cloudevents+avro", hasSpecVersion: true)
        }
        #expect(try CloudEvents.mode(contentType: "application/json", hasSpecVersion: false) == nil)
        #expect(
            try CloudEvents.mode(contentType: "Application/CloudEvents+JSON ; a=b", hasSpecVersion: false)
                == .structured)
    }

    @Test(
        arguments: [
            ("a%20b", "a b"), ("a%2fb", "a/b"), ("%41", "A"), ("\"a b\"", "a b"), ("\"a\\\"b\"", "a\"b"),
            ("\"%2541\"", "%41"), ("plain", "plain"),
        ])
    func `headers are unquoted and then decoded once`(value: String, expected: String) throws {
        let event = try CloudEventTests.binary(subject: value).get()
        #expect(event.account == expected)
    }

    @Test(arguments: ["%C0%A0", "%", "%4", "%zz", "\"open", "\"open\\", "%ff"])
    func `headers that are not well encoded are refused, and kept`(value: String) throws {
        let result = try CloudEventTests.binary(subject: value)
        #expect(try failure(result) == "#/subject malformed")
        guard case .failure(let error) = result else { return }
        #expect(error.raw["subject"]?.stringValue == value)
    }

    private static func binary(
        subject: String, type: String = "application/json", body: String = ""
    ) throws -> Result<IncomingEvent, IngestError> {
        let headers = [
            (name: "CE-SpecVersion", value: "1.0"), (name: "ce-id", value: "1"), (name: "ce-source", value: "s"),
            (name: "ce-type", value: "t"), (name: "Ce-Subject", value: subject), (name: "Content-Type", value: type),
            (name: "Host", value: "x"),
        ]
        return try CloudEvents.binary(headers: headers, body: Array(body.utf8))
    }

    @Test func `bodies in binary mode must be JSON objects, and are kept when they are not`() throws {
        let xml = try CloudEventTests.binary(subject: "u", type: "text/xml", body: "<a/>")
        #expect(try failure(xml) == "#/datacontenttype unsupported")
        guard case .failure(let error) = xml else { return }
        #expect(error.raw["data_base64"]?.stringValue == "PGEvPg==")
        #expect(try failure(CloudEventTests.binary(subject: "u", body: "{")) == "#/data_base64 malformed")
        #expect(try failure(CloudEventTests.binary(subject: "u", body: "[]")) == "#/data wrong_type")
    }
}
