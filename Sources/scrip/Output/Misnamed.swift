import ScripCore
import ScripEngine

/// A refusal of a name, with the name that was probably meant.
struct Misnamed: Error {
    /// The refusal.
    var refusal: any Error
    var near: String

    /// The refusal of an error with what was probably meant; the error itself where nothing is near.
    static func hinted(_ error: any Error, in catalog: Catalog) -> any Error {
        near(error, in: catalog).map { Misnamed(refusal: error, near: $0) } ?? error
    }

    /// The model whose name is nearest to one that has no price.
    static func nearestModel(to name: String, in catalog: Catalog) -> String? {
        Spelling.nearest(to: name, among: catalog.models.models.lazy.map(\.id))
            ?? Spelling.nearest(to: name, among: catalog.book.models.lazy.map(\.id))
    }

    private static func near(_ error: any Error, in catalog: Catalog) -> String? {
        switch error {
        case Rejection.unknownAction(let id):
            Spelling.nearest(to: "\(id)", among: catalog.actions.keys.map(\.rawValue))
        case Rejection.unknownPlan(let id): Spelling.nearest(to: "\(id)", among: catalog.plans.keys.map(\.rawValue))
        case Rejection.unknownCreditType(let id):
            Spelling.nearest(to: "\(id)", among: catalog.creditTypes.keys.map(\.rawValue))
        case Rejection.unknownModel(_, let model): nearestModel(to: model, in: catalog)
        case PurchaseRefusal.unknownPack(let pack):
            Spelling.nearest(to: pack, among: catalog.packs.map { "\($0.id)" })
        default: nil
        }
    }
}
