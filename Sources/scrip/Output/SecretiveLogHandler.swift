import Logging
import ScripEngine

/// Logs to standard error and removes every secret from messages and metadata, at every level. Text that
/// others wrote cannot start a new line.
struct SecretiveLogHandler: LogHandler {
    private var inner: StreamLogHandler

    init(label: String) {
        inner = StreamLogHandler.standardError(label: label)
    }

    var logLevel: Logger.Level {
        get { inner.logLevel }
        set { inner.logLevel = newValue }
    }

    var metadata: Logger.Metadata {
        get { inner.metadata }
        set { inner.metadata = newValue.mapValues(SecretiveLogHandler.scrubbed) }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { inner[metadataKey: key] }
        set { inner[metadataKey: key] = newValue.map(SecretiveLogHandler.scrubbed) }
    }

    func log(event: LogEvent) {
        var event = event
        event.message = Logger.Message(stringLiteral: SecretiveLogHandler.text(event.message.description))
        event.metadata = event.metadata?.mapValues(SecretiveLogHandler.scrubbed)
        if let error = event.error {
            event.metadata = (event.metadata ?? [:]).merging(["error": .string(SecretiveLogHandler.text("\(error)"))]) {
                $1
            }
            event.error = nil
        }
        inner.log(event: event)
    }

    private static func text(_ text: String) -> String { LogText.plain(KnownSecrets.scrubbed(text)) }

    private static func scrubbed(_ value: Logger.MetadataValue) -> Logger.MetadataValue {
        switch value {
        case .string(let text): .string(SecretiveLogHandler.text(text))
        case .stringConvertible(let value): .string(SecretiveLogHandler.text(value.description))
        case .array(let values): .array(values.map(scrubbed))
        case .dictionary(let values): .dictionary(values.mapValues(scrubbed))
        }
    }
}
