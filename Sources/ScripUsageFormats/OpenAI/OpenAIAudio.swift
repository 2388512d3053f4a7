import ScripJSON

/// Reads transcriptions, translations and speech, whole and streamed.
///
/// Models are billed by tokens (`type: tokens`) or by the length of the audio (`type: duration`). What is transcribed
/// is audio, so input without details is `audio_input_tokens`; what is spoken (`speech.audio.done`) is
/// `audio_output_tokens`, from text.
struct OpenAIAudio: UsageCollector {
    private var counts: [String: Int64]?
    private var model: String?
    private var isRecognised = false

    mutating func add(_ event: UsageNode) throws(UsageFormatError) {
        let type = event["type"]?.stringValue ?? ""
        let isSpeech = type.hasPrefix("speech.audio.")
        let isEvent = isSpeech || type.hasPrefix("transcript.")
        isRecognised = isRecognised || isEvent || event.has("text", "usage", "input_tokens", "seconds")
        model = try event.text("model") ?? model
        if let usage = try event.node("usage") {
            counts = try OpenAIAudio.counts(of: usage, isSpeech: isSpeech)
        } else if event.has("input_tokens", "output_tokens", "seconds") {
            counts = try OpenAIAudio.counts(of: event, isSpeech: false)
        } else if event.has("duration"), !isEvent {
            counts = try OpenAIAudio.seconds(event, "duration")
        } else if event.has("text"), !isEvent {
            throw event.error("usage", .missing)
        }
    }

    private static func counts(of node: UsageNode, isSpeech: Bool) throws(UsageFormatError) -> [String: Int64] {
        if node.has("seconds"), !node.has("input_tokens") { return try seconds(node, "seconds") }
        guard node.has("input_tokens", "output_tokens") else {
            throw UsageFormatError(pointer: node.pointer, rule: .missing)
        }
        var counts = TokenCounts()
        let (stated, generated) = (try node.count("input_tokens") ?? 0, try node.count("output_tokens") ?? 0)
        if let total = try node.count("total_tokens"), total > 0, total < stated + generated {
            throw node.error("total_tokens", .whole)
        }
        var input = TokenTotal(stated)
        if let details = try node.node(firstOf: "input_token_details", "input_tokens_details") {
            let audio = try input.take(details.count("audio_tokens"), "audio_tokens", of: details)
            counts.add("audio_input_tokens", audio)
            counts.add("input_tokens", input.remaining)
        } else {
            counts.add(isSpeech ? "input_tokens" : "audio_input_tokens", input.remaining)
        }
        counts.add(isSpeech ? "audio_output_tokens" : "output_tokens", generated)
        counts.note(try node.unknownCounts(besides: known))
        for name in ["input_token_details", "input_tokens_details"] {
            try counts.note(detailsOf: node.node(name), besides: ["audio_tokens", "text_tokens"])
        }
        return counts.counts
    }

    private static let known: Set<String> = [
        "input_tokens", "output_tokens", "total_tokens", "input_token_details", "input_tokens_details",
    ]

    private static func seconds(_ node: UsageNode, _ name: String) throws(UsageFormatError) -> [String: Int64] {
        var counts = TokenCounts()
        counts.add("seconds", try DurationSeconds.roundedUp(node, name))
        return counts.counts
    }

    func finished() throws(UsageFormatError) -> ReportedUsage? {
        guard isRecognised else { return nil }
        return ReportedUsage(model: model, counts: counts ?? [:], isFinal: counts != nil)
    }
}
