import ScripJSON

/// The members of a plain usage event as it is put together.
struct EventMembers {
    private(set) var members: [JSONObject.Member] = []

    init() {}

    /// The members of an object that are not null.
    init(_ object: JSONObject) {
        members = object.members.filter { $0.value != .null }
    }

    subscript(name: String) -> JSONValue? {
        get { members.first { $0.name == name }?.value }
        set {
            let place = members.firstIndex { $0.name == name }
            switch (place, newValue) {
            case (let place?, let value?): members[place].value = value
            case (let place?, nil): members.remove(at: place)
            case (nil, let value?): members.append(JSONObject.Member(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    /// Sets a text where the member is absent.
    mutating func fill(_ name: String, _ text: String?) {
        if let text, self[name] == nil { self[name] = .string(text) }
    }
}
