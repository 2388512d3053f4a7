import ScripJSON

extension JSONWriter {
    mutating func hours(_ hours: UsageHours) {
        field("hour", Int64(hours.hour))
        list("rows", hours.rows) { writer, row in
            writer.field("hour", Int64(row.hour))
            writer.totals(row.totals)
            writer.field("user", filled: row.detail.user)
            writer.field("model", filled: row.detail.model)
            writer.field("provider", filled: row.detail.provider)
            writer.field("resource_type", filled: row.detail.resourceType)
            writer.field("beyond", flag: row.detail.isBeyond)
        }
        if hours.marks.isEmpty { return }
        name("marks")
        string(KeptMark.text(hours.marks))
    }

    private mutating func field(_ name: StaticString, filled text: String) {
        if !text.isEmpty { field(name, text) }
    }
}

/// Marks as sixteen hexadecimal digits each.
private enum KeptMark {
    static let length = 16

    private static let digits = Array("0123456789abcdef".utf8)

    static func text(_ marks: [UInt64]) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(marks.count * length)
        for mark in marks {
            for shift in stride(from: 60, through: 0, by: -4) { bytes.append(digits[Int(mark >> shift & 0xF)]) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension KeptFields {
    func hours() throws(CodingProblem) -> UsageHours {
        UsageHours(
            hour: try hour(),
            rows: try list("rows") { (fields) throws(CodingProblem) in
                let hour = try fields.hour()
                let detail = UsageDetail(
                    user: try fields.optionalText("user") ?? "", model: try fields.optionalText("model") ?? "",
                    provider: try fields.optionalText("provider") ?? "",
                    resourceType: try fields.optionalText("resource_type") ?? "", isBeyond: fields.flag("beyond"))
                return HourlyUsage(
                    hour: hour, detail: detail, totals: try fields.totals(day: HourlyUsage.day(ofHour: hour)))
            },
            marks: try marks())
    }

    private func hour() throws(CodingProblem) -> Int32 {
        guard let hour = Int32(exactly: try integer("hour")) else { throw CodingProblem(field: "hour") }
        return hour
    }

    private func marks() throws(CodingProblem) -> [UInt64] {
        let digits = Array((try optionalText("marks") ?? "").utf8)
        var marks: [UInt64] = []
        for start in stride(from: 0, to: digits.count, by: KeptMark.length) {
            let end = min(start + KeptMark.length, digits.count)
            guard end - start == KeptMark.length,
                let mark = UInt64(String(decoding: digits[start..<end], as: UTF8.self), radix: 16)
            else { throw CodingProblem(field: "marks") }
            marks.append(mark)
        }
        if marks.count > UsageHours.maxDetails { throw CodingProblem(field: "marks") }
        return marks
    }
}
