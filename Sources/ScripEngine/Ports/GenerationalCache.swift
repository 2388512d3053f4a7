/// Values that were used lately, in two generations: what is used moves to the younger one, and when that is full the
/// older one is forgotten whole. So a look-up costs no bookkeeping, and what is used again and again stays.
package struct GenerationalCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var younger: [Key: (value: Value, size: Int)] = [:]
    private var older: [Key: (value: Value, size: Int)] = [:]
    private var youngerSize = 0
    private let generationSize: Int

    /// An empty cache.
    /// - Parameter generationSize: how much one generation holds, in whatever sizes are stated for the values; together
    ///   they hold at most twice as much.
    package init(generationSize: Int) {
        self.generationSize = generationSize
    }

    /// The value of a key, if it is known. Looking does not make it younger.
    package func peek(_ key: Key) -> Value? { (younger[key] ?? older[key])?.value }

    /// The value of a key, if it is known, which counts as used now.
    package mutating func value(_ key: Key) -> Value? {
        if let known = younger[key] { return known.value }
        guard let known = older.removeValue(forKey: key) else { return nil }
        put(known.value, for: key, size: known.size)
        return known.value
    }

    /// Adds or replaces the value of a key.
    package mutating func put(_ value: Value, for key: Key, size: Int = 1) {
        youngerSize += size - (younger.updateValue((value, size), forKey: key)?.size ?? 0)
        if youngerSize >= generationSize { (older, younger, youngerSize) = (younger, [:], 0) }
    }
}
