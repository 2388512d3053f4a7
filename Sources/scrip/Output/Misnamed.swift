import ScripCore
import ScripEngine

/// A refusal of a name, with the name that was probably meant.
struct Misnamed: Error {
    var rejection: Rejection
    var near: String

    /// The refusal of an error with what was probably meant; the error itself where nothing is near.
    static func hinted(_ error: any Error, in engine: Engine) -> any Error {
        guard let rejection = error as? Rejection else { return error }
        let catalog = engine.catalogInForce
        let near: String? =
            switch rejection {
            case .unknownAction(let id): Spelling.nearest(to: "\(id)", among: catalog.actions.keys.map(\.rawValue))
            case .unknownPlan(let id): Spelling.nearest(to: "\(id)", among: catalog.plans.keys.map(\.rawValue))
            case .unknownCreditType(let id):
                Spelling.nearest(to: "\(id)", among: catalog.creditTypes.keys.map(\.rawValue))
            case .unknownModel(_, let model):
                Spelling.nearest(to: model, among: catalog.models.models.lazy.map(\.id))
                    ?? Spelling.nearest(to: model, among: catalog.book.models.lazy.map(\.id))
            default: nil
            }
        return near.map { Misnamed(rejection: rejection, near: $0) } ?? error
    }
}
