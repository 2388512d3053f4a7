import Foundation
import HTTPTypes
import Testing

@testable import ScripServer

@Suite("Routes that the documentation names") struct DocumentedRouteTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// A route as a page names it.
    private struct Named: Hashable, CustomStringConvertible {
        var page: String
        var method: String?
        /// Whether the page leaves out how the path begins (`…/holds`).
        var isShortened: Bool
        var parts: [String]

        var description: String {
            "\(page): \(method ?? "any") \(isShortened ? "…" : "")/\(parts.joined(separator: "/"))"
        }

        /// Whether a route of the server's is meant. A page may put an example or a word of its own where the route has a
        /// place for a name, and a word in capitals where several names are meant.
        func isServed(by route: Route) -> Bool {
            if let method, route.method.rawValue != method { return false }
            let own = route.path.split(separator: "/").map(String.init)
            if own.count < parts.count || (!isShortened && own.count != parts.count) { return false }
            return zip(own.suffix(parts.count), parts).allSatisfy { own, named in
                own == named || own.hasPrefix("{") || named == named.uppercased()
            }
        }
    }

    private static func pages() throws -> [URL] {
        let files = FileManager.default
        let docs = root.appending(path: "docs")
        let names = try files.subpathsOfDirectory(atPath: docs.path).filter { $0.hasSuffix(".md") }
        return names.sorted().map { docs.appending(path: $0) } + [root.appending(path: "README.md")]
    }

    private static func routes(in page: URL) throws -> [Named] {
        let text = try String(contentsOf: page, encoding: .utf8)
        let pattern =
            #/(?:\b(GET|POST|PUT|DELETE)\s+)?(https?:\/\/[^\/\s]+)?(\u{2026})?(\/[A-Za-z0-9_{}.\/-]*[A-Za-z0-9_}])/#
        return text.matches(of: pattern).compactMap { match in
            let isShortened = match.3 != nil
            let path = String(match.4)
            // Other services have routes, too, and files have paths.
            if let host = match.2, !host.contains("127.0.0.1"), !host.contains("YOUR-SERVER") { return nil }
            if !isShortened && !path.hasPrefix("/v1/") && !path.hasPrefix("/api/") { return nil }
            return Named(
                page: page.lastPathComponent, method: match.1.map { String($0) }, isShortened: isShortened,
                parts: path.split(separator: "/").map { $0.hasPrefix("{") ? "{}" : String($0) }
                    .map { $0 == "{}" ? "ANY" : $0 })
        }
    }

    @Test("Every route that a page names exists, with its method")
    func named() throws {
        let all = try DocumentedRouteTests.pages().flatMap { try DocumentedRouteTests.routes(in: $0) }
        #expect(all.count > 40)
        #expect(Set(all.map(\.page)).isSuperset(of: ["subscriptions.md", "purchases.md", "sign-in.md"]))
        for named in Set(all) {
            #expect(Routes.all.contains { named.isServed(by: $0) }, "\(named)")
        }
    }

    @Test("A page that names a route that is not there would be noticed")
    func unknown() {
        let routes: [(String?, Bool, String, Bool)] = [
            ("POST", false, "v1/accounts/ada/subscription/upgrade", true), ("GET", true, "top-up", true),
            ("PATCH", true, "top-up", false), (nil, false, "v1/subscriptions", false),
            ("PUT", false, "v1/accounts/ANY/subscription/upgrade", false), (nil, true, "subscription/VERB", true),
        ]
        for (method, isShortened, path, isServed) in routes {
            let named = Named(
                page: "", method: method, isShortened: isShortened,
                parts: path.split(separator: "/").map(String.init))
            #expect(Routes.all.contains { named.isServed(by: $0) } == isServed, "\(path)")
        }
    }
}
