import ScripCore
import ScripEngine

/// The refusal of an unknown name, with the name that was probably meant.
struct Misnamed: Error {
    /// The refusal.
    var refusal: any Error
    var near: String

    /// An error's refusal with the name that was probably meant; the error itself if no name is similar.
    static func hinted(_ error: any Error, in catalog: Catalog) -> any Error {
        near(error, in: catalog).map { Misnamed(refusal: error, near: $0) } ?? error
    }

    /// The priced model with the name most similar to one without a price.
    static func nearestModel(to name: String, in catalog: Catalog) -> String? {
        Spelling.nearest(to: name, among: catalog.models.models.lazy.map(\.id))
            ?? Spelling.nearest(to: name, among: catalog.book.models.lazy.map(\.id))
    }

    /// The provider whose name is nearest to one that has no such model, among those that have it.
    private static func nearestProvider(to name: String?, of model: String, in catalog: Catalog) -> String? {
        guard let name else { return nil }
        let prices = [catalog.models.models, catalog.book.models].joined().lazy.filter {
            $0.id == model || $0.aliases.contains(model)
        }
        return Spelling.nearest(to: name, among: prices.map(\.provider))
    }

    private static func near(_ error: any Error, in catalog: Catalog) -> String? {
        switch error {
        case Rejection.unknownAction(let id):
            Spelling.nearest(to: "\(id)", among: catalog.actions.keys.map(\.rawValue))
        case Rejection.unknownPlan(let id): Spelling.nearest(to: "\(id)", among: catalog.plans.keys.map(\.rawValue))
        case Rejection.unknownCreditType(let id):
            Spelling.nearest(to: "\(id)", among: catalog.creditTypes.keys.map(\.rawValue))
        case Rejection.unknownModel(let provider, let model):
            nearestProvider(to: provider, of: model, in: catalog) ?? nearestModel(to: model, in: catalog)
        case PurchaseRefusal.unknownPack(let pack):
            Spelling.nearest(to: pack, among: catalog.packs.map { "\($0.id)" })
        default: nil
        }
    }
}
