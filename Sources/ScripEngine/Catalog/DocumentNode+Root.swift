import Yams

extension DocumentNode {
    /// Reads a document in YAML or JSON: its outermost value.
    /// - Throws: ``CatalogProblem`` when it is too large, is no YAML, uses anchors, or says a name twice.
    package static func root(of text: String, maxBytes: Int) throws(CatalogProblem) -> DocumentNode {
        if text.utf8.count > maxBytes {
            throw CatalogProblem(path: "", message: "may have at most \(maxBytes) bytes")
        }
        try DocumentAliases.refuseMany(in: text)
        let root: Node?
        do {
            let parser = try Parser(yaml: text)
            root = try parser.singleRoot()
            // Anchors are known only as long as the parser lives.
            try withExtendedLifetime(parser) { try root.map { try DocumentAliases.refuse(in: $0, path: "") } }
        } catch let problem as CatalogProblem {
            throw problem
        } catch let error as YamlError {
            throw problem(of: error)
        } catch {
            throw CatalogProblem(path: "", message: "is not YAML: \(error)")
        }
        guard let root else { throw CatalogProblem(path: "", message: "is empty") }
        return DocumentNode(node: root, path: "")
    }

    /// What the parser found wrong, without the text around it: a document may hold secrets.
    private static func problem(of error: YamlError) -> CatalogProblem {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            CatalogProblem(line: mark.line, path: "", message: "is not YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            CatalogProblem(
                line: context.mark.line, path: "",
                message: "has '\(duplicates.sorted().joined(separator: "', '"))' twice")
        default: CatalogProblem(path: "", message: "is not YAML")
        }
    }
}
