public enum EntryCoding { static func encode(_ e: Entry) -> [UInt8] { [] } }
