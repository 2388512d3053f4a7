import ScripCore
import ScripEngine
import ScripJSON

/// The body of `POST /v1/keys`.
public struct KeyRequest: Hashable, Sendable {
    /// A name to recognise the key by.
    public var name: String
    /// What the key may do. Default: everything.
    public var scopes: [String]
    /// When it ends by itself.
    public var expiresAt: Timestamp?
    /// `secret`, `restricted` or `publishable`. Default: restricted if there are scopes, else secret.
    public var kind: KeyKind
    /// `live` or `test`. Default: the server's mode.
    public var mode: KeyMode?
    /// From which pages a publishable key may be used.
    public var origins: [String]

    /// Reads the body.
    /// - Throws: ``ValidationError``.
    public init(json: JSONValue) throws(ValidationError) {
        var fields = BodyFields(json)
        name = fields.requiredText("name", maxBytes: Limits.nameBytes)
        let stated = KeyRequest.strings("scopes", in: &fields)
        scopes = stated ?? [Scope.all.rawValue]
        expiresAt = fields.time("expires_at")
        kind =
            fields.choice("kind", among: KeyKind.allCases) { $0.name } ?? (stated == nil ? .secret : .restricted)
        mode = fields.choice("mode", of: KeyMode.self)
        origins = KeyRequest.strings("origins", in: &fields) ?? []
        if kind == .publishable && stated != nil { fields.refuse("scopes", "must be left out: this kind has none") }
        if kind == .restricted && stated == nil { fields.refuse("scopes", "is required for this kind of key") }
        if kind != .publishable && !origins.isEmpty { fields.refuse("origins", "is only for publishable keys") }
        for origin in origins where !KeyRequest.isOrigin(origin) {
            fields.refuse("origins", "must be origins such as https://app.example.com")
        }
        try fields.finish()
    }
    private static func strings(_ name: String, in fields: inout BodyFields) -> [String]? {
        switch fields.raw(name) {
        case nil, .null: return nil
        case .array(let elements) where !elements.isEmpty && elements.count <= 64:
            let strings = elements.compactMap(\.stringValue)
            if strings.count < elements.count { fields.refuse(name, "must be a list of strings") }
            return strings
        default:
            fields.refuse(name, "must be a list of 1 to 64 strings")
            return nil
        }
    }

    /// Whether a text is an origin as browsers send it: only a scheme, a host and perhaps a port.
    public static func isOrigin(_ text: String) -> Bool {
        text.utf8.count <= 255 && text.wholeMatch(of: /https?:\/\/[a-z0-9.\-]+(:[0-9]{1,5})?/) != nil
    }
}
