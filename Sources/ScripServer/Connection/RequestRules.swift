import ScripWire
import NIOHTTP1

/// A request's head that keeps the rules, as the rest of the server sees it (RFC 9112).
struct ProperRequest {
    /// The head: its target is a path, and `Connection` says `close` or is not there.
    let head: HTTPRequestHead
    /// Whether another request may follow on its connection.
    let keepsConnection: Bool
    /// Whether its sender waits to be told to send the body.
    let awaitsContinue: Bool
    /// How many bytes its body has; `nil` when that is not said beforehand.
    let bodyBytes: Int?

    /// Methods of RFC 9110 and 5789, and QUERY. A path that does not take one of them says which it takes.
    private static let methods: Set = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "QUERY"]

    /// Checks a head.
    init(_ given: HTTPRequestHead) throws(HTTPRuleBreach) {
        let isOld = given.version.minor == 0
        guard ProperRequest.methods.contains(given.method.rawValue) else {
            throw HTTPRuleBreach(501, .notImplemented, "The method '\(given.method.rawValue)' is not supported.")
        }
        bodyBytes = try ProperRequest.bodyBytes(of: given.headers, isOld: isOld)
        try ProperRequest.requireHost(given.headers["host"], isOld: isOld)
        let target = try RequestTarget(given.uri, method: given.method)
        var head = given
        head.uri = target.path
        if let authority = target.authority { head.headers.replaceOrAdd(name: "host", value: authority) }
        // Who asks for another protocol gets an answer in this one; what follows may be in either.
        keepsConnection = given.isKeepAlive && !given.headers.contains(name: "upgrade")
        head.headers.remove(name: "connection")
        if !keepsConnection { head.headers.add(name: "connection", value: "close") }
        if isOld { head.headers.remove(name: "expect") }
        awaitsContinue = bodyBytes != 0 && head.headers["expect"].map { $0.lowercased() } == ["100-continue"]
        self.head = head
    }

    /// Exactly one valid `Host`; HTTP/1.0 knows none (RFC 9112, 3.2).
    private static func requireHost(_ hosts: [String], isOld: Bool) throws(HTTPRuleBreach) {
        if hosts.isEmpty && isOld { return }
        guard let host = hosts.first, hosts.count == 1 else {
            throw HTTPRuleBreach("A request must have one 'Host'; this one has \(hosts.count).")
        }
        if !RequestTarget.isAuthority(host) { throw HTTPRuleBreach("'Host' must be a host and perhaps a port.") }
    }

    /// How long the body is: as one of the two ways to say so has it, and never both (RFC 9112, 6).
    private static func bodyBytes(of headers: HTTPHeaders, isOld: Bool) throws(HTTPRuleBreach) -> Int? {
        let (lengths, codings) = (headers["content-length"], headers["transfer-encoding"])
        if codings.isEmpty {
            guard let length = lengths.first else { return 0 }
            guard lengths.count == 1, length.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let bytes = Int(length)
            else { throw HTTPRuleBreach("'Content-Length' must be one number.") }
            return bytes
        }
        if isOld { throw HTTPRuleBreach("HTTP/1.0 has no 'Transfer-Encoding'.") }
        if !lengths.isEmpty { throw HTTPRuleBreach("A request has 'Content-Length' or 'Transfer-Encoding', not both.") }
        let coding = codings.joined(separator: ",").lowercased()
        if coding == "chunked" { return nil }
        if coding.hasSuffix("chunked") {
            throw HTTPRuleBreach(501, .notImplemented, "The only supported 'Transfer-Encoding' is chunked.")
        }
        throw HTTPRuleBreach("'Transfer-Encoding' must end with chunked.")
    }
}

/// What a request is about: a path with a query, or `*` (RFC 9112, 3.2).
struct RequestTarget {
    /// The path and the query.
    let path: String
    /// The host that the target itself names.
    let authority: String?

    /// Reads the target of a request line.
    init(_ text: String, method: HTTPMethod) throws(HTTPRuleBreach) {
        guard RequestTarget.isClean(text) else {
            throw HTTPRuleBreach("The target has characters that must be percent-encoded.")
        }
        if text.hasPrefix("/") || text == "*" && method == .OPTIONS {
            (path, authority) = (text, nil)
            return
        }
        guard let (authority, rest) = RequestTarget.absolute(text), RequestTarget.isAuthority(String(authority)) else {
            throw HTTPRuleBreach("The target must be a path, or a URL.")
        }
        // Of a server as a whole nothing is said but with OPTIONS (RFC 9112, 3.2.4).
        let isWhole = rest.isEmpty && method == .OPTIONS
        path = isWhole ? "*" : rest.hasPrefix("/") ? String(rest) : "/" + rest
        self.authority = String(authority)
    }

    private static func absolute(_ text: String) -> (authority: Substring, rest: Substring)? {
        for scheme in ["http://", "https://"] where text.lowercased().hasPrefix(scheme) {
            let address = text.dropFirst(scheme.count)
            let end = address.firstIndex { $0 == "/" || $0 == "?" } ?? address.endIndex
            return (address[..<end], address[end...])
        }
        return nil
    }

    /// Whether all characters may stand in a target. Letters beyond ASCII are let through, as they always were; what
    /// was no text is not, so that two addresses never become one.
    private static func isClean(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy {
            $0.value > 0x20 && $0.value != 0x7F && $0 != "#" && $0 != "\\" && $0 != "\u{FFFD}"
        }
    }

    /// Whether a text is a host, with a port or without one (RFC 3986, 3.2).
    static func isAuthority(_ text: String) -> Bool {
        var host = text[...]
        if let colon = text.lastIndex(of: ":"), !text[colon...].contains("]") {
            host = text[..<colon]
            let port = text[text.index(after: colon)...]
            let isNumber = port.utf8.allSatisfy { (0x30...0x39).contains($0) }
            if !isNumber || !port.isEmpty && !(0...65_535).contains(Int(port) ?? -1) { return false }
        }
        if host.hasPrefix("[") {
            return host.hasSuffix("]") && host.contains(":")
                && host.dropFirst().dropLast().utf8.allSatisfy { isHexadecimal($0) || $0 == 0x3A || $0 == 0x2E }
        }
        return (1...255).contains(host.utf8.count) && host.utf8.allSatisfy { isOfName($0) }
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }

    /// Letters, digits, and what else names are made of. A comma would be in one, but it is what two hosts are joined
    /// with.
    private static func isOfName(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || "-._~%!$&'()*+;=".utf8.contains(byte)
    }
}
