import ScripJSON

/// Reading of one model of a price book, member by member.
struct PriceFields {
    let object: JSONObject
    /// The place within the model, for example `above_input_tokens[0]`.
    let path: String

    init(_ value: JSONValue, path: String, allowed: [String]) throws(PriceBookProblem) {
        guard let object = value.objectValue else {
            throw PriceBookProblem(field: path, rule: "must be an object of names and values")
        }
        for member in object.members where !allowed.contains(member.name) {
            throw PriceBookProblem(
                field: PriceFields.join(path, member.name),
                rule: "is not a key of prices here; it may have "
                    + allowed.joined(separator: ", ")
            )
        }
        self.object = object
        self.path = path
    }

    func place(_ name: String) -> String { PriceFields.join(path, name) }

    private static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    func problem(_ name: String, _ rule: String) -> PriceBookProblem {
        PriceBookProblem(field: place(name), rule: rule)
    }

    func value(_ name: String) -> JSONValue? {
        let value = object[name]
        return value == .null ? nil : value
    }

    func text(_ name: String) throws(PriceBookProblem) -> String {
        guard let text = value(name)?.stringValue, PriceFields.isName(text) else {
            throw problem(name, "must be a text of 1 to \(Limits.nameBytes) bytes")
        }
        return text
    }

    func names(_ name: String) throws(PriceBookProblem) -> [String] {
        guard let value = value(name) else { return [] }
        guard let elements = value.arrayValue, elements.count <= 256 else {
            throw problem(name, "must be a list of at most 256 names")
        }
        var names: [String] = []
        for (index, element) in elements.enumerated() {
            guard let text = element.stringValue, PriceFields.isName(text) else {
                throw problem("\(name)[\(index)]", "must be a text of 1 to \(Limits.nameBytes) bytes")
            }
            names.append(text)
        }
        return names
    }

    private static func isName(_ text: String) -> Bool { !text.isEmpty && text.utf8.count <= Limits.nameBytes }

    func flag(_ name: String) throws(PriceBookProblem) -> Bool {
        guard let value = value(name) else { return false }
        guard let flag = value.boolValue else { throw problem(name, "must be true or false") }
        return flag
    }

    func tokens(_ name: String) throws(PriceBookProblem) -> Int64 {
        guard let tokens = value(name)?.integerValue, (0...Limits.count).contains(tokens) else {
            throw problem(name, "must be a whole number from 0 to \(Limits.count)")
        }
        return tokens
    }

    /// A day or a second of UTC, as `2025-09-29` or `2025-09-29T12:00:00Z`.
    func moment(_ name: String) throws(PriceBookProblem) -> Timestamp? {
        guard let value = value(name) else { return nil }
        guard let text = value.stringValue, let moment = PriceFields.moment(text) else {
            throw problem(name, "must be a day such as 2025-09-29, or a moment such as 2025-09-29T12:00:00Z")
        }
        return moment
    }

    private static func moment(_ text: String) -> Timestamp? {
        guard let match = text.wholeMatch(of: /(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)Z)?/.asciiOnlyDigits())
        else {
            return nil
        }
        let (_, years, months, days, hours, minutes, seconds) = match.output
        guard let year = Int(years), let month = Int(months), let day = Int(days), year >= 1970,
            (1...12).contains(month), (1...CivilTime.daysInMonth(year: year, month: month)).contains(day),
            let hour = Int64(hours ?? "0"), let minute = Int64(minutes ?? "0"), let second = Int64(seconds ?? "0"),
            hour < 24, minute < 60, second < 60
        else { return nil }
        let time = ((hour * 60 + minute) * 60 + second) * Timestamp.microsecondsPerSecond
        return CivilTime(year: year, month: month, day: day, microsecondOfDay: time).asUTC
    }

    /// An amount of dollars of at most so many digits after the point: text, or a number.
    static func dollars(
        _ value: JSONValue, at place: String, fractionDigits: Int, highest: Dollars
    ) throws(PriceBookProblem) -> Dollars {
        var text = value.stringValue
        if case .number(let number) = value { text = DecimalText.plain(number) }
        guard let text, let units = FixedPoint.parse(text, fractionDigits: fractionDigits), units >= 0
        else {
            throw PriceBookProblem(
                field: place,
                rule: "must be a decimal, 0 or more, with at most \(fractionDigits) digits after the point"
            )
        }
        guard let dollars = Dollars(text), dollars <= highest else {
            throw PriceBookProblem(field: place, rule: "must be at most \(highest)")
        }
        return dollars
    }
}
